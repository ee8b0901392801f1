/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What systemd answers about a service, as UnitProperties. */

#include <systemd/sd-bus.h>

#include "codec/systemd/unit-properties.h"

/* Reads the answer to org.freedesktop.DBus.Properties.GetAll. What it does not have stays as it is in *p. On
 * failure *p may have been changed in part. A negative result: -errno. */
int unit_read_properties(sd_bus_message *m, UnitProperties *p);
