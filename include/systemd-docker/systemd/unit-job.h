/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The job of the unit that we run in: whether systemd is stopping it. Asked of systemd over D-Bus at the
 * moment when it matters, without blocking. */

#include <stdbool.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

typedef struct UnitJob UnitJob;

typedef struct UnitJobOps {
        /* Called once. stops: a job stops the unit now, alone or as the first half of a restart. False as
         * well where systemd does not answer. The object may be freed from here. */
        void (*on_known)(bool stops, void *userdata);
} UnitJobOps;

/* Asks. on_known() follows from the event loop, within fifteen seconds. -ENODATA or -ENXIO: we are in no
 * service unit; another -errno: systemd cannot be reached. */
int unit_job_new(UnitJob **ret, sd_event *event, const UnitJobOps *ops, void *userdata);
/* The same for a unit of this name, over a connection to systemd that the caller has opened. The reference
 * to bus is taken over, also if this fails. */
int unit_job_new_over(UnitJob **ret, sd_event *event, sd_bus *bus, const char *unit, const UnitJobOps *ops,
                      void *userdata);
/* Accepts NULL. on_known() is not called any more. */
UnitJob *unit_job_free(UnitJob *j);
