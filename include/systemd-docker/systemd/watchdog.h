/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Reports when a ping for systemd's watchdog is due. The caller decides whether to send it:
 * sd_event_set_watchdog() would prove that our event loop runs, not that the container does. */

#include <stdint.h>
#include <systemd/sd-event.h>

typedef struct Watchdog Watchdog;

typedef struct WatchdogOps {
        /* The watchdog may be freed from here. */
        void (*on_due)(void *userdata);
} WatchdogOps;

/* interval_usec: as in $WATCHDOG_USEC. A ping is due after each half of it; the first one is due at once, in
 * the next iteration of the event loop. 0 or -errno. */
int watchdog_new(Watchdog **ret, sd_event *event, uint64_t interval_usec, const WatchdogOps *ops,
                 void *userdata);
/* Accepts NULL. */
Watchdog *watchdog_free(Watchdog *w);
