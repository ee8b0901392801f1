/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Whether the engine is stopped, and a connection to its socket would start it: systemd listens there for
 * docker.service. Asked of systemd over D-Bus at the moment when it matters, without blocking. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

typedef enum EngineRest {
        ENGINE_REST_NONE,    /* it may be connected to; also if systemd does not answer */
        ENGINE_REST_STOPS,   /* docker.service is being stopped: what connects now would start it again */
        ENGINE_REST_STOPPED, /* it is stopped, and docker.socket listens */
        _ENGINE_REST_MAX,
} EngineRest;

typedef struct EngineUnit EngineUnit;

typedef struct EngineUnitOps {
        /* Called once. The object may be freed from here. */
        void (*on_known)(EngineRest rest, void *userdata);
} EngineUnitOps;

/* Asks about the socket with this path. on_known() follows from the event loop, within fifteen seconds.
 * -errno: systemd cannot be reached. */
int engine_unit_new(EngineUnit **ret, sd_event *event, const char *path, const EngineUnitOps *ops,
                    void *userdata);
/* The same over a connection to systemd that the caller has opened. The reference to bus is taken over, also
 * if this fails. */
int engine_unit_new_over(EngineUnit **ret, sd_event *event, sd_bus *bus, const char *path,
                         const EngineUnitOps *ops, void *userdata);
/* Accepts NULL. on_known() is not called any more. */
EngineUnit *engine_unit_free(EngineUnit *u);
