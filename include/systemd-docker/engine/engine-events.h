/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The engine's event stream for one container, kept open: a lost connection is made again with back-off,
 * from where the events ended. */

#include "codec/engine/engine-event.h"
#include "engine/engine.h"

typedef struct EngineEvents EngineEvents;

typedef struct EngineEventsOps {
        /* The stream stands. Every time: what happened while it did not may be missing, so compare with
         * inspect. */
        void (*on_open)(void *userdata);
        void (*on_event)(const EngineEvent *event, void *userdata);
        /* The stream broke; the next on_open says that it is back. r: -errno. Once for every on_open, and
         * once for a first connection that does not come about. */
        void (*on_lost)(int r, const char *message, void *userdata);
} EngineEventsOps;

/* id: the container's full id. Nothing is called from in here. */
int engine_events_new(EngineEvents **ret, sd_event *event, Engine *engine, const char *id,
                      const EngineEventsOps *ops, void *userdata);
EngineEvents *engine_events_free(EngineEvents *e);
DEFINE_TRIVIAL_CLEANUP_FUNC(EngineEvents *, engine_events_free)
