/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Which cgroup mode a service will get from --cgroup-mode=auto, for a reader who wants to know in advance.
 */

#include <stdbool.h>

#include "codec/engine/engine-info.h"

typedef struct CgroupForecast {
        const char *mode, *why; /* static */
} CgroupForecast;

/* For an ordinary service of the system, with Delegate= or without, and the engine of this machine. */
CgroupForecast cgroup_forecast(const EngineInfo *info, bool delegated);
