/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A timer with half of the watchdog's interval, as sd_watchdog_enabled(3) recommends. It is armed again
 * before the report, so that a slow report does not delay the next ping. */

#include <stdlib.h>

#include "loop/event-util.h"
#include "systemd/watchdog.h"
#include "util/macro.h"

struct Watchdog {
        sd_event_source *timer;
        uint64_t period;
        const WatchdogOps *ops;
        void *userdata;
};

static int watchdog_on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        Watchdog *w = ASSERT_PTR(userdata);
        int r = timer_arm(w->timer, w->period);

        if (r >= 0)
                w->ops->on_due(w->userdata); /* may free w */
        return r;
}

Watchdog *watchdog_free(Watchdog *w)
{
        if (!w)
                return NULL;
        sd_event_source_disable_unref(w->timer);
        free(w);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(Watchdog *, watchdog_free)

int watchdog_new(Watchdog **ret, sd_event *event, uint64_t interval_usec, const WatchdogOps *ops,
                 void *userdata)
{
        static const EventTraits traits = { "watchdog", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        _cleanup_(watchdog_freep) Watchdog *w = NULL;
        int r;

        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        w->ops = ops;
        w->userdata = userdata;
        w->period = MAX(interval_usec / 2, (uint64_t) 1);
        r = event_add_timer(event, &w->timer, watchdog_on_timer, w, &traits);
        if (r < 0)
                return r;
        r = timer_arm(w->timer, 0);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(w);
        return 0;
}
