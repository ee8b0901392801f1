/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Adding sources: the order of priorities, failing handlers, timers and defer sources. */

#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>

#include "loop.h"
#include "loop/event-util.h"
#include "util/fd.h"
#include "util/macro.h"

/* The enum, in the order of the header. */
static const EventPriority ladder[] = {
        EVENT_PRIORITY_DISPATCH, EVENT_PRIORITY_CGROUP, EVENT_PRIORITY_NOTIFY, EVENT_PRIORITY_SIGNAL,
        EVENT_PRIORITY_PID,      EVENT_PRIORITY_ENGINE, EVENT_PRIORITY_BUS,    EVENT_PRIORITY_TIMER,
        EVENT_PRIORITY_JOURNAL,  EVENT_PRIORITY_LOG,
};

typedef struct Called {
        EventPriority order[64];
        size_t n;
} Called;

typedef struct Rung {
        EventPriority priority;
        Called *called;
        sd_event_source *source;
} Rung;

static int note(void *userdata)
{
        Rung *rung = ASSERT_PTR(userdata);

        cr_assert_lt(rung->called->n, ELEMENTSOF(rung->called->order));
        rung->called->order[rung->called->n++] = rung->priority;
        return 0;
}

static int note_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        uint64_t value;

        cr_assert_eq(read(fd, &value, sizeof(value)), sizeof(value));
        return note(userdata);
}

static int note_defer(sd_event_source *source, void *userdata)
{
        return note(userdata);
}

static int note_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        return note(userdata);
}

static void check_order(const Called *called, size_t n)
{
        cr_assert_eq(called->n, n);
        for (size_t i = 1; i < n; i++)
                cr_assert_lt(called->order[i - 1], called->order[i], "%zu", i);
}

Test(event_util, ladder_is_in_the_order_of_the_enum)
{
        for (size_t i = 1; i < ELEMENTSOF(ladder); i++)
                cr_assert_lt(ladder[i - 1], ladder[i]);
}

/* Every pair of sources that are ready at once, whichever was added first or became ready first. */
Test(event_util, two_ready_at_once_are_dispatched_by_priority, .timeout = LOOP_TIMEOUT)
{
        for (size_t i = 0; i < ELEMENTSOF(ladder); i++)
                for (size_t j = 0; j < ELEMENTSOF(ladder); j++) {
                        sd_event *event = loop_new();
                        Called called = {};
                        Rung rungs[] = { { ladder[i], &called }, { ladder[j], &called } };
                        int fds[2];

                        if (i == j)
                                continue;
                        for (size_t k = 0; k < 2; k++) {
                                EventTraits t = { "rung", rungs[k].priority, EVENT_FAILURE_EXIT };

                                fds[k] = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
                                cr_assert_geq(fds[k], 0);
                                cr_assert_eq(event_add_io(event, &rungs[k].source, fds[k], EPOLLIN, note_io,
                                                          &rungs[k], &t),
                                             0);
                        }
                        loop_until(event, called.n == 2);
                        check_order(&called, 2);
                        for (size_t k = 0; k < 2; k++) {
                                sd_event_source_disable_unref(rungs[k].source);
                                fd_close(fds[k]);
                        }
                        sd_event_unref(event);
                }
}

Test(event_util, all_ready_at_once, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Called called = {};
        Rung rungs[ELEMENTSOF(ladder)];
        int fds[ELEMENTSOF(ladder)];

        for (size_t i = 0; i < ELEMENTSOF(ladder); i++) {
                /* the source with the lowest priority is added first */
                size_t k = ELEMENTSOF(ladder) - 1 - i;
                EventTraits t = { "rung", ladder[k], EVENT_FAILURE_EXIT };

                rungs[k] = (Rung){ ladder[k], &called, NULL };
                fds[k] = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
                cr_assert_eq(event_add_io(event, &rungs[k].source, fds[k], EPOLLIN, note_io, &rungs[k], &t),
                             0);
        }
        loop_until(event, called.n == ELEMENTSOF(ladder));
        check_order(&called, ELEMENTSOF(ladder));
        for (size_t i = 0; i < ELEMENTSOF(ladder); i++) {
                sd_event_source_disable_unref(rungs[i].source);
                fd_close(fds[i]);
        }
        sd_event_unref(event);
}

/* All kinds of sources share the priorities: pending sources are dispatched by priority, not by kind. */
Test(event_util, kinds_of_sources_share_the_ladder, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Called called = {};
        Rung timer = { EVENT_PRIORITY_TIMER, &called, NULL },
             defer = { EVENT_PRIORITY_DISPATCH, &called, NULL }, io = { EVENT_PRIORITY_LOG, &called, NULL };
        int fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);

        cr_assert_eq(event_add_io(event, &io.source, fd, EPOLLIN, note_io, &io,
                                  &(EventTraits){ "io", io.priority, EVENT_FAILURE_EXIT }),
                     0);
        cr_assert_eq(event_add_timer(event, &timer.source, note_timer, &timer,
                                     &(EventTraits){ "timer", timer.priority, EVENT_FAILURE_EXIT }),
                     0);
        cr_assert_eq(event_add_defer(event, &defer.source, note_defer, &defer,
                                     &(EventTraits){ "defer", defer.priority, EVENT_FAILURE_EXIT }),
                     0);
        cr_assert_eq(timer_arm(timer.source, 0), 0);
        cr_assert_eq(defer_arm(defer.source), 0);
        loop_until(event, called.n == 3);
        check_order(&called, 3);
        sd_event_source_disable_unref(io.source);
        sd_event_source_disable_unref(timer.source);
        sd_event_source_disable_unref(defer.source);
        fd_close(fd);
        sd_event_unref(event);
}

static int fail(sd_event_source *source, void *userdata)
{
        unsigned *n = userdata;

        (*n)++;
        return -ENOTRECOVERABLE;
}

Test(event_util, failing_handler_ends_the_loop_where_it_is_to, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        sd_event_source *s = NULL;
        unsigned n = 0;

        cr_assert_eq(event_add_defer(event, &s, fail, &n, &(EventTraits){ "fails", 0, EVENT_FAILURE_EXIT }),
                     0);
        cr_assert_eq(defer_arm(s), 0);
        cr_assert_eq(sd_event_loop(event), -ENOTRECOVERABLE);
        cr_assert_eq(n, 1);
        sd_event_source_disable_unref(s);
        sd_event_unref(event);
}

Test(event_util, failing_handler_loses_only_its_source, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        sd_event_source *s = NULL, *other = NULL;
        Called called = {};
        Rung rung = { EVENT_PRIORITY_LOG, &called, NULL };
        int fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC), enabled;
        unsigned n = 0;

        cr_assert_eq(
                event_add_defer(event, &s, fail, &n, &(EventTraits){ "fails", 0, EVENT_FAILURE_DISABLE }),
                0);
        cr_assert_eq(event_add_io(event, &other, fd, EPOLLIN, note_io, &rung,
                                  &(EventTraits){ "lives", rung.priority, EVENT_FAILURE_EXIT }),
                     0);
        cr_assert_eq(defer_arm(s), 0);
        loop_until(event, called.n == 1);
        cr_assert_eq(n, 1);
        cr_assert_geq(sd_event_source_get_enabled(s, &enabled), 0);
        cr_assert_eq(enabled, SD_EVENT_OFF);
        cr_assert_neq(sd_event_get_state(event), SD_EVENT_FINISHED);
        sd_event_source_disable_unref(s);
        sd_event_source_disable_unref(other);
        fd_close(fd);
        sd_event_unref(event);
}

Test(event_util, description_and_priority_are_set)
{
        sd_event *event = loop_new();
        sd_event_source *s = NULL;
        const char *description = NULL;
        int64_t priority;
        unsigned n = 0;

        cr_assert_eq(
                event_add_defer(event, &s, fail, &n, &(EventTraits){ "what it is", EVENT_PRIORITY_BUS, 0 }),
                0);
        cr_assert_geq(sd_event_source_get_description(s, &description), 0);
        cr_assert_str_eq(description, "what it is");
        cr_assert_geq(sd_event_source_get_priority(s, &priority), 0);
        cr_assert_eq(priority, EVENT_PRIORITY_BUS);
        cr_assert_eq(sd_event_source_get_exit_on_failure(s), 0);
        sd_event_source_disable_unref(s);
        sd_event_unref(event);
}

Test(event_util, what_can_not_be_added_leaves_ret_alone)
{
        sd_event *event = loop_new();
        sd_event_source *s = (sd_event_source *) 42;
        EventTraits t = { "none", 0, EVENT_FAILURE_EXIT };

        cr_assert_lt(event_add_io(event, &s, -1, EPOLLIN, note_io, NULL, &t), 0);
        cr_assert_eq(s, (sd_event_source *) 42);
        sd_event_unref(event);
}

Test(event_util, timer_is_made_disabled_and_can_be_stopped, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Called called = {};
        Rung a = { EVENT_PRIORITY_TIMER, &called, NULL }, b = { EVENT_PRIORITY_TIMER, &called, NULL };
        EventTraits t = { "timer", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };

        cr_assert_eq(event_add_timer(event, &a.source, note_timer, &a, &t), 0);
        cr_assert_eq(event_add_timer(event, &b.source, note_timer, &b, &t), 0);
        loop_settle(event);
        cr_assert_eq(called.n, 0);
        cr_assert_eq(timer_arm(a.source, 0), 0);
        cr_assert_eq(timer_arm(a.source, UINT64_MAX), 0);
        cr_assert_eq(timer_arm(b.source, 1), 0);
        loop_until(event, called.n == 1);
        loop_settle(event);
        cr_assert_eq(called.n, 1, "it is one-shot, and the stopped one does not come");
        cr_assert_eq(timer_arm(a.source, 0), 0);
        loop_until(event, called.n == 2);
        sd_event_source_disable_unref(a.source);
        sd_event_source_disable_unref(b.source);
        sd_event_unref(event);
}

static uint64_t now_usec(void)
{
        struct timespec t;

        cr_assert_eq(clock_gettime(CLOCK_MONOTONIC, &t), 0);
        return (uint64_t) t.tv_sec * USEC_PER_SEC + (uint64_t) t.tv_nsec / NSEC_PER_USEC;
}

/* By default, sd-event may delay a timer by up to 250 ms to save wake-ups. libcurl begins every request with
 * a timer of 0 ms: the delays would add up to a second or more before a container runs. The test uses thirty
 * timers in a row, so that a busy machine does not look like such delays. */
Test(event_util, timers_are_punctual, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Called called = {};
        Rung a = { EVENT_PRIORITY_TIMER, &called, NULL };
        uint64_t begin = now_usec();

        cr_assert_eq(event_add_timer(event, &a.source, note_timer, &a,
                                     &(EventTraits){ "timer", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT }),
                     0);
        for (size_t i = 0; i < 30; i++) {
                cr_assert_eq(timer_arm(a.source, USEC_PER_MSEC), 0);
                loop_until(event, called.n == i + 1);
        }
        cr_assert_lt(now_usec() - begin, 30 * 50 * USEC_PER_MSEC, "%ju us",
                     (uintmax_t) (now_usec() - begin));
        sd_event_source_disable_unref(a.source);
        sd_event_unref(event);
}

Test(event_util, defer_runs_once_for_every_arming, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Called called = {};
        Rung a = { EVENT_PRIORITY_DISPATCH, &called, NULL };

        cr_assert_eq(event_add_defer(event, &a.source, note_defer, &a,
                                     &(EventTraits){ "defer", EVENT_PRIORITY_DISPATCH, EVENT_FAILURE_EXIT }),
                     0);
        loop_settle(event);
        cr_assert_eq(called.n, 0);
        for (size_t i = 1; i <= 3; i++) {
                cr_assert_eq(defer_arm(a.source), 0);
                cr_assert_eq(defer_arm(a.source), 0);
                loop_settle(event);
                cr_assert_eq(called.n, i);
        }
        sd_event_source_disable_unref(a.source);
        sd_event_unref(event);
}

static int free_yourself(sd_event_source *source, void *userdata)
{
        sd_event_source **s = userdata;

        *s = sd_event_source_disable_unref(*s);
        return 0;
}

Test(event_util, source_may_be_freed_in_its_handler, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        sd_event_source *s = NULL;

        cr_assert_eq(event_add_defer(event, &s, free_yourself, &s,
                                     &(EventTraits){ "once", 0, EVENT_FAILURE_EXIT }),
                     0);
        cr_assert_eq(defer_arm(s), 0);
        loop_until(event, !s);
        loop_settle(event);
        sd_event_unref(event);
}
