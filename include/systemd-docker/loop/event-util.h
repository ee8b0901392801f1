/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The one place that adds a source to the loop. Nobody can forget its description, its place in the ladder
 * or the decision what a failing handler means. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"
#include "util/macro.h"

/* Who is dispatched first when several are ready. Lower is earlier; each line has its reason. */
typedef enum EventPriority {
        EVENT_PRIORITY_DISPATCH = -80, /* what was reported is acted on before the next report */
        EVENT_PRIORITY_CGROUP = -70,   /* take processes over before the payload forks more */
        EVENT_PRIORITY_NOTIFY = -60,   /* a last STATUS= or READY=1 counts before the death behind it */
        EVENT_PRIORITY_SIGNAL = -50,   /* a SIGTERM explains the death that arrives with it */
        EVENT_PRIORITY_PID = -40,      /* the death itself, 70 ms ahead of the engine's word */
        EVENT_PRIORITY_ENGINE = -30,   /* answers and events: the explanation of the death */
        EVENT_PRIORITY_BUS = -20,      /* what systemd says of our unit */
        EVENT_PRIORITY_TIMER = -10,    /* deadlines and pings: only what the above did not settle */
        EVENT_PRIORITY_JOURNAL = 0,    /* room in the journal's queue */
        EVENT_PRIORITY_LOG = 10,       /* behind the others, so that a chatty container starves nobody */
        EVENT_PRIORITY_CALM = 20,      /* nothing else has anything to do */
} EventPriority;

/* sd-event disables a source whose handler returns a negative value. Handlers turn what can be expected into
 * a report upwards and return 0; a negative return means "cannot go on", and then: */
typedef enum EventFailure {
        EVENT_FAILURE_DISABLE, /* this source is lost, the service lives on without it */
        EVENT_FAILURE_EXIT,    /* the loop ends with the error: without this source we are blind or deaf */
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

/* All return 0 or -errno; *ret is the caller's, to be given back with sd_event_source_disable_unref(). */
int event_add_io(sd_event *event, sd_event_source **ret, int fd, uint32_t events,
                 sd_event_io_handler_t handler, void *userdata, const EventTraits *traits);
int event_add_signal(sd_event *event, sd_event_source **ret, int signo, sd_event_signal_handler_t handler,
                     void *userdata, const EventTraits *traits);
int event_add_defer(sd_event *event, sd_event_source **ret, sd_event_handler_t handler, void *userdata,
                    const EventTraits *traits);
int event_add_inotify(sd_event *event, sd_event_source **ret, const char *path, uint32_t mask,
                      sd_event_inotify_handler_t handler, void *userdata, const EventTraits *traits);

/* A timer on CLOCK_MONOTONIC, made disabled. timer_arm() starts it (or moves it) to usec from now;
 * UINT64_MAX stops it. */
int event_add_timer(sd_event *event, sd_event_source **ret, sd_event_time_handler_t handler, void *userdata,
                    const EventTraits *traits);
int timer_arm(sd_event_source *timer, uint64_t usec);

/* How long to wait for the next try: from min on, each time twice as long, up to max. usec: of the last one,
 * 0 where there was none. */
static inline uint64_t backoff_next(uint64_t usec, uint64_t min, uint64_t max)
{
        return MIN(MAX(usec * 2, min), max);
}

/* Has a defer source run once more, in this or the next iteration. */
int defer_arm(sd_event_source *defer);
