/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* An engine that somebody has stopped while the container ran is not started again by our connections: what
 * we connect for without having been asked to is held until systemd has said whether the engine is stopped.
 */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"

typedef struct EngineGuard EngineGuard;

/* What may be held. */
typedef enum EngineUse {
        ENGINE_USE_EVENTS = 1U << 0,  /* the event stream, which broke */
        ENGINE_USE_COMPARE = 1U << 1, /* a look at the container, because its output has ended */
} EngineUse;

typedef struct EngineGuardOps {
        /* uses: what was held, of EngineUse. rests: to connect now would start the engine. */
        void (*on_known)(uint32_t uses, bool rests, void *userdata);
        /* Before on_known(): the engine is stopped. Once until engine_guard_note_open(). */
        void (*on_stopped)(void *userdata);
} EngineGuardOps;

/* path: of the engine's socket; NULL: it has none on this machine, and nothing is ever held. path and ops
 * are borrowed. -ENOMEM. */
int engine_guard_new(EngineGuard **ret, sd_event *event, const char *path, const EngineGuardOps *ops,
                     void *userdata);
/* Accepts NULL. */
EngineGuard *engine_guard_free(EngineGuard *g);
DEFINE_TRIVIAL_CLEANUP_FUNC(EngineGuard *, engine_guard_free)

/* True: use is held, and on_known() follows from the loop. False: systemd cannot be asked. */
bool engine_guard_hold(EngineGuard *g, EngineUse use);
/* Nobody waits for use any more. */
void engine_guard_drop(EngineGuard *g, EngineUse use);
/* The engine has answered: when it is stopped again, that is said again. */
void engine_guard_note_open(EngineGuard *g);
