/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* POST /containers/{id}/wait: the engine tells how the container ends, as soon as it ends.
 *
 * One object for all lives of a container: it is opened anew for each. It asks for the next exit, so it has
 * to be open before the start. */

#include "engine/engine.h"
#include "facts/facts.h"
#include "util/cleanup.h"

typedef struct ExitWait ExitWait;

typedef struct ExitWaitOps {
        /* What became of the request. OPEN: the engine waits from here on. ENDED: it broke, or has told; it
         * is opened again by whoever needs it. */
        void (*on_state)(Attachment state, void *userdata);
        /* The container ended with this status, 0..255. Once for each opening, before ENDED. */
        void (*on_exit_code)(int code, void *userdata);
} ExitWaitOps;

int exit_wait_new(ExitWait **ret, Engine *engine, const ExitWaitOps *ops, void *userdata);
ExitWait *exit_wait_free(ExitWait *w);
DEFINE_TRIVIAL_CLEANUP_FUNC(ExitWait *, exit_wait_free)

/* Asks for the next exit of the container; ends the request before. on_state() says OPENING from in here.
 * Where the engine is too old to know the condition (API before 1.30, where it answers at once for what does
 * not run yet) it is NONE, and inspect has to tell. -ENOMEM, or another -errno of the call. */
int exit_wait_open(ExitWait *w, const char *id);

/* Ends the request, if there is one; on_state() says NONE. */
void exit_wait_close(ExitWait *w);
