/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The only functions that add an event source to the loop. So each source has a description, a priority and
 * a decision about what a handler that fails means. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"
#include "util/macro.h"

/* Which source is dispatched first if several are ready: the one with the lowest number. */
typedef enum EventPriority {
        EVENT_PRIORITY_DISPATCH = -80, /* act on one report before the next one */
        EVENT_PRIORITY_CGROUP = -70,   /* move processes before the container forks more */
        EVENT_PRIORITY_NOTIFY = -60,   /* a last STATUS= or READY=1 counts before the death after it */
        EVENT_PRIORITY_SIGNAL = -50,   /* a SIGTERM explains a death that is ready with it */
        EVENT_PRIORITY_PID = -40,      /* the death itself, 70 ms before the engine reports it */
        EVENT_PRIORITY_ENGINE = -30,   /* replies and events, which explain the death */
        EVENT_PRIORITY_BUS = -20,      /* what systemd reports about our unit */
        EVENT_PRIORITY_TIMER = -10,    /* deadlines and pings, for what the sources above have not settled */
        EVENT_PRIORITY_JOURNAL = 0,    /* room in the journal's queue */
        EVENT_PRIORITY_LOG = 10,  /* after the others, so that a container with much output starves nobody */
        EVENT_PRIORITY_CALM = 20, /* nothing else is ready */
} EventPriority;

/* What happens if a handler returns a negative value. sd-event then disables the source. A handler reports
 * what can be expected to its owner and returns 0; a negative value means that it cannot go on. */
typedef enum EventFailure {
        EVENT_FAILURE_DISABLE, /* the service goes on without this source */
        EVENT_FAILURE_EXIT,    /* the loop ends with the error, because nothing works without this source */
} EventFailure;

typedef struct EventTraits {
        const char *description;
        EventPriority priority;
        EventFailure failure;
} EventTraits;

typedef sd_event_source *SdEventSource;

static inline void sd_event_source_disable_unref_p(SdEventSource *s)
{
        sd_event_source_disable_unref(*s);
}

/* All return 0 or -errno. *ret belongs to the caller, who frees it with sd_event_source_disable_unref().
 * traits is only read during the call. A defer source is added disabled, see defer_arm(). */
int event_add_io(sd_event *event, sd_event_source **ret, int fd, uint32_t events,
                 sd_event_io_handler_t handler, void *userdata, const EventTraits *traits);
int event_add_defer(sd_event *event, sd_event_source **ret, sd_event_handler_t handler, void *userdata,
                    const EventTraits *traits);

/* A timer on CLOCK_MONOTONIC, added disabled. timer_arm() sets it to usec microseconds from now, and starts
 * it for one call of its handler; UINT64_MAX stops it. */
int event_add_timer(sd_event *event, sd_event_source **ret, sd_event_time_handler_t handler, void *userdata,
                    const EventTraits *traits);
int timer_arm(sd_event_source *timer, uint64_t usec);

/* The time of this wake-up of the loop, CLOCK_REALTIME in nanoseconds, as the engine stamps its lines. 0: it
 * is not known. */
uint64_t event_realtime_nsec(sd_event *event);
/* The same for CLOCK_BOOTTIME, which nobody can set. */
uint64_t event_boottime_nsec(sd_event *event);

/* The wait before the next attempt: min at first, then twice as long as the last one, at most max. usec: the
 * last wait; 0: there was none. */
static inline uint64_t backoff_next(uint64_t usec, uint64_t min, uint64_t max)
{
        return MIN(MAX(usec * 2, min), max);
}

/* Has the handler of a defer source called once, in this or the next iteration of the loop. 0 or -errno. */
int defer_arm(sd_event_source *defer);
