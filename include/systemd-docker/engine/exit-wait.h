/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* POST /containers/{id}/wait: the engine reports how the container ends, as soon as it ends.
 *
 * One object serves all lives of a container: it is opened again for each. It asks for the next exit, so it
 * has to be open before the start. */

#include "engine/engine.h"
#include "facts/facts.h"
#include "util/cleanup.h"

typedef struct ExitWait ExitWait;

typedef struct ExitWaitOps {
        /* The state of the request. OPEN: the engine waits from now on. ENDED: the request broke, or the
         * engine has answered; it is not opened again by itself. */
        void (*on_state)(Attachment state, void *userdata);
        /* The container ended with this status, 0..255. Once for each opening, before ENDED. */
        void (*on_exit_code)(int code, void *userdata);
} ExitWaitOps;

/* engine and ops are borrowed. -ENOMEM. */
int exit_wait_new(ExitWait **ret, Engine *engine, const ExitWaitOps *ops, void *userdata);
ExitWait *exit_wait_free(ExitWait *w);
DEFINE_TRIVIAL_CLEANUP_FUNC(ExitWait *, exit_wait_free)

/* Asks for the next exit of the container; an earlier request is ended. on_state() reports OPENING from in
 * here. An engine with an API before 1.30 does not know the condition, and answers at once for a container
 * that does not run yet: then the state is NONE, and inspect has to tell. -ENOMEM, -EIO. */
int exit_wait_open(ExitWait *w, const char *id);

/* Ends the request, if there is one; on_state() reports NONE from in here. */
void exit_wait_close(ExitWait *w);
