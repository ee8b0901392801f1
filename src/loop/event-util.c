/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Each event source gets its description, its priority and what a failure means in one step. */

#include <time.h>

#include "loop/event-util.h"
#include "util/macro.h"

/* The accuracy of timers. sd-event's default is 250 ms, which saves wake-ups. But libcurl begins each
 * request with a timer of 0 ms, and a service sends ten requests until its container runs. */
#define ACCURACY_USEC USEC_PER_MSEC

static int apply_traits(sd_event_source *s, const EventTraits *traits)
{
        int r;

        assert(traits && traits->description);
        r = sd_event_source_set_description(s, traits->description);
        if (r < 0)
                return r;
        r = sd_event_source_set_priority(s, traits->priority);
        if (r < 0)
                return r;
        return sd_event_source_set_exit_on_failure(s, traits->failure == EVENT_FAILURE_EXIT);
}

/* Takes ownership of s, the result of an sd_event_add_…() call that returned `added`. */
static int finish(int added, sd_event_source *s, sd_event_source **ret, const EventTraits *traits)
{
        int r;

        if (added < 0)
                return added;
        r = apply_traits(s, traits);
        if (r < 0) {
                sd_event_source_disable_unref(s);
                return r;
        }
        *ret = s;
        return 0;
}

int event_add_io(sd_event *event, sd_event_source **ret, int fd, uint32_t events,
                 sd_event_io_handler_t handler, void *userdata, const EventTraits *traits)
{
        sd_event_source *s = NULL;
        int r = sd_event_add_io(event, &s, fd, events, handler, userdata);

        return finish(r, s, ret, traits);
}

int event_add_defer(sd_event *event, sd_event_source **ret, sd_event_handler_t handler, void *userdata,
                    const EventTraits *traits)
{
        sd_event_source *s = NULL;
        int r = sd_event_add_defer(event, &s, handler, userdata);

        if (r >= 0)
                r = sd_event_source_set_enabled(s, SD_EVENT_OFF);
        return finish(r, s, ret, traits);
}

int event_add_timer(sd_event *event, sd_event_source **ret, sd_event_time_handler_t handler, void *userdata,
                    const EventTraits *traits)
{
        sd_event_source *s = NULL;
        int r = sd_event_add_time_relative(event, &s, CLOCK_MONOTONIC, 0, ACCURACY_USEC, handler, userdata);

        if (r >= 0)
                r = sd_event_source_set_enabled(s, SD_EVENT_OFF);
        return finish(r, s, ret, traits);
}

int timer_arm(sd_event_source *timer, uint64_t usec)
{
        int r;

        if (usec == UINT64_MAX)
                return sd_event_source_set_enabled(timer, SD_EVENT_OFF);
        r = sd_event_source_set_time_relative(timer, usec);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

int defer_arm(sd_event_source *defer)
{
        return sd_event_source_set_enabled(defer, SD_EVENT_ONESHOT);
}

static uint64_t now_nsec(sd_event *event, clockid_t clock)
{
        uint64_t usec;

        return sd_event_now(event, clock, &usec) < 0 ? 0 : usec * NSEC_PER_USEC;
}

uint64_t event_realtime_nsec(sd_event *event)
{
        return now_nsec(event, CLOCK_REALTIME);
}

uint64_t event_boottime_nsec(sd_event *event)
{
        return now_nsec(event, CLOCK_BOOTTIME);
}
