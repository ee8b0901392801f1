/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The properties of the unit that we run in: asked of systemd over D-Bus, without blocking. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "codec/systemd/unit-properties.h"

typedef struct UnitInfo UnitInfo;

typedef struct UnitInfoOps {
        /* Called once. r < 0: systemd did not answer, and properties has the cautious defaults. properties
         * is valid during the call. The object may be freed from here. */
        void (*on_known)(const UnitProperties *properties, int r, void *userdata);
} UnitInfoOps;

/* The start of a unit. */
typedef struct UnitStart {
        pid_t main_pid; /* 0: there is none */
        bool activating;
        bool several; /* the unit has more than one ExecStart= */
} UnitStart;

/* Asks, and waits for the answer, up to some seconds: for the time before the event loop. -ENODATA or
 * -ENXIO: we are in no service unit; another -errno: systemd cannot be reached. */
int unit_info_ask_start(UnitStart *ret);
/* The same for a unit of this name, over a connection that is closed here. */
int unit_info_ask_start_over(sd_bus *bus, const char *unit, UnitStart *ret);

/* Asks. on_known() follows from the event loop, within ten seconds. -ENODATA or -ENXIO: we are in no
 * service unit; another -errno: systemd cannot be reached. */
int unit_info_new(UnitInfo **ret, sd_event *event, const UnitInfoOps *ops, void *userdata);
/* The same for a unit of this name, over a connection to systemd that the caller has opened. The reference
 * to bus is taken over, also if this fails. */
int unit_info_new_over(UnitInfo **ret, sd_event *event, sd_bus *bus, const char *unit,
                       const UnitInfoOps *ops, void *userdata);
/* Accepts NULL. on_known() is not called any more. */
UnitInfo *unit_info_free(UnitInfo *u);
