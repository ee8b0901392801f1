/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What systemd says of the unit that we run in: asked over D-Bus, without blocking. */

#include <systemd/sd-event.h>

#include "codec/systemd/unit-properties.h"

typedef struct UnitInfo UnitInfo;

typedef struct UnitInfoOps {
        /* Once. r < 0: it can't be known, properties are then the cautious defaults. */
        void (*on_known)(const UnitProperties *properties, int r, void *userdata);
} UnitInfoOps;

/* -ENODATA or -ENXIO: we are in no service unit. on_known comes from the loop, within five seconds. */
int unit_info_new(UnitInfo **ret, sd_event *event, const UnitInfoOps *ops, void *userdata);
UnitInfo *unit_info_free(UnitInfo *u);
