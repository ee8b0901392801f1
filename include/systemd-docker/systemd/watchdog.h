/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* When a ping for systemd's watchdog is due. Whether it is deserved, others judge: sd_event_set_watchdog()
 * would vouch for our loop instead of the container. */

#include <stdint.h>
#include <systemd/sd-event.h>

typedef struct Watchdog Watchdog;

typedef struct WatchdogOps {
        void (*on_due)(void *userdata);
} WatchdogOps;

/* interval_usec: of WATCHDOG_USEC. Due at half of it, the first time at once. */
int watchdog_new(Watchdog **ret, sd_event *event, uint64_t interval_usec, const WatchdogOps *ops,
                 void *userdata);
Watchdog *watchdog_free(Watchdog *w);
