/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The engine's event stream for one container. It is kept open: if the connection breaks, a new one is
 * opened after a growing delay, and continues from the last event. */

#include "codec/engine/engine-event.h"
#include "engine/engine.h"

typedef struct EngineEvents EngineEvents;

typedef struct EngineEventsOps {
        /* The stream is open, for the first time or again. Events from the time in which it was not open may
         * be missing, so compare with inspect each time. */
        void (*on_open)(void *userdata);
        /* Each event once, in the engine's order. */
        void (*on_event)(const EngineEvent *event, void *userdata);
        /* The stream broke; the next on_open says that it is open again. r: -errno, and message is one line.
         * Once after every on_open, and once if the first connection fails. The stream may be freed in it;
         * not in the others, which run inside libcurl. */
        void (*on_lost)(int r, const char *message, void *userdata);
        /* An event that is too large was left out: compare with inspect. */
        void (*on_dropped)(void *userdata);
        /* The stream is to be opened again. True: not yet, engine_events_go_on() follows. May be NULL. The
         * stream must not be freed in it. */
        bool (*hold)(void *userdata);
} EngineEventsOps;

/* id: the container's full id, copied. No op is called from in here. ops is borrowed. -ENOMEM and others. */
int engine_events_new(EngineEvents **ret, sd_event *event, Engine *engine, const char *id,
                      const EngineEventsOps *ops, void *userdata);
/* Has the engine show that it answers. If it does not within that time, the stream is broken off, and
 * on_lost is called. Does nothing while it is lost. */
void engine_events_probe(EngineEvents *e, uint64_t timeout_usec);
/* After hold() was true. wait: tries once more after the delay, and asks hold() again. */
void engine_events_go_on(EngineEvents *e, bool wait);
EngineEvents *engine_events_free(EngineEvents *e);
DEFINE_TRIVIAL_CLEANUP_FUNC(EngineEvents *, engine_events_free)
