/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* WATCHDOG=1 to systemd, as long as a rule holds. Not sd_event_set_watchdog(), which would vouch for our loop
 * instead of the container. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

typedef struct Watchdog Watchdog;

typedef struct WatchdogOps {
        /* Whether the service deserves this ping. */
        bool (*is_alive)(void *userdata);
} WatchdogOps;

/* interval_usec: of WATCHDOG_USEC, pinged at half of it, the first time at once. */
int watchdog_new(Watchdog **ret, sd_event *event, uint64_t interval_usec, const WatchdogOps *ops, void *userdata);
Watchdog *watchdog_free(Watchdog *w);
