/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Watches whether the processes of a v2 cgroup wait for memory: memory.pressure. */

#include <systemd/sd-event.h>

typedef struct PressureWatch PressureWatch;

typedef struct PressureWatchOps {
        /* They have waited for more than a tenth of a second of the last one. May free the watch. */
        void (*on_pressure)(void *userdata);
} PressureWatchOps;

/* folder: of the cgroup. -ENOENT: it does not exist, or the kernel has no PSI; another -errno. */
int pressure_watch_new(PressureWatch **ret, sd_event *event, const char *folder, const PressureWatchOps *ops,
                       void *userdata);
/* Accepts NULL. */
PressureWatch *pressure_watch_free(PressureWatch *w);
