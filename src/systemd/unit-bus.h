/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A connection to the systemd that manages our unit, for one question. Whoever stays connected to systemd's
 * private socket is sent every change of every unit of the machine: so it is closed with the answer. */

#include <systemd/sd-bus.h>

#include "util/macro.h"

#define UNIT_BUS_SYSTEMD "org.freedesktop.systemd1"
#define UNIT_BUS_PROPERTIES "org.freedesktop.DBus.Properties"

/* For an answer of systemd. */
#define UNIT_BUS_TIMEOUT_USEC (5 * USEC_PER_SEC)

/* *ret_unit: the name of our unit, to be freed. *ret is NULL if systemd executes itself at this moment, see
 * unit-talk.h. -ENODATA or -ENXIO: we are in none; another -errno: systemd cannot be reached. */
int unit_bus_open(sd_bus **ret, char **ret_unit);
/* A connection to the system's systemd, whoever manages our unit; *ret as above. */
int unit_bus_open_system(sd_bus **ret);
/* Has answers come from the event loop, within UNIT_BUS_TIMEOUT_USEC of their questions. 0 or -errno. */
int unit_bus_attach(sd_bus *bus, sd_event *event);
/* Drops the reference and what waits on it. Accepts NULL. */
void unit_bus_close(sd_bus *bus);

/* The runtime folder of the service manager whose unit we are in; NULL: unknown. */
const char *unit_bus_runtime_folder(void);
