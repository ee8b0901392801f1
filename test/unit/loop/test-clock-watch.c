/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The report that the clock was set. The timer is replaced when the test is linked (--wrap), because a test
 * does not set the clock of its machine: an eventfd that is written to is a clock that is set. */

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "loop.h"
#include "loop/clock-watch.h"

static int timer = -EBADF, read_error = ECANCELED, create_error, arm_error;
static unsigned reports;
static ClockWatch *watch;
static bool free_in_report;

int __wrap_timerfd_create(int clock, int flags);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old);
ssize_t __wrap_read(int fd, void *data, size_t size);
ssize_t __real_read(int fd, void *data, size_t size);

int __wrap_timerfd_create(int clock, int flags)
{
        cr_assert_eq(clock, CLOCK_REALTIME);
        if (create_error) {
                errno = create_error;
                return -1;
        }
        timer = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        return timer;
}

int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
        cr_assert_eq(fd, timer);
        cr_assert_eq(flags, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
        cr_assert_gt(new->it_value.tv_sec, INT64_C(1) << 40, "it never expires");
        errno = arm_error;
        return arm_error ? -1 : 0;
}

/* As of a timer that was canceled. */
ssize_t __wrap_read(int fd, void *data, size_t size)
{
        ssize_t n = __real_read(fd, data, size);

        if (fd != timer || n < 0 || read_error == 0)
                return n;
        errno = read_error;
        return -1;
}

static void on_set(void *userdata)
{
        cr_assert_eq(userdata, &reports);
        reports++;
        if (free_in_report)
                watch = clock_watch_free(watch);
}

static void set_clock(void)
{
        uint64_t one = 1;

        cr_assert_eq(write(timer, &one, sizeof(one)), sizeof(one));
}

Test(clock_watch, each_time_that_it_is_set, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();

        cr_assert_eq(clock_watch_new(&watch, event, on_set, &reports), 0);
        loop_settle(event);
        cr_assert_eq(reports, 0);
        for (unsigned i = 1; i <= 3; i++) {
                set_clock();
                loop_until(event, reports == i);
                loop_settle(event);
                cr_assert_eq(reports, i);
        }
        watch = clock_watch_free(watch);
        cr_assert_lt(__real_read(timer, &reports, 0), 0, "its descriptor is closed");
        cr_assert_null(clock_watch_free(NULL));
        sd_event_unref(event);
}

Test(clock_watch, freed_in_its_report, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();

        free_in_report = true;
        cr_assert_eq(clock_watch_new(&watch, event, on_set, &reports), 0);
        set_clock();
        loop_until(event, reports > 0);
        loop_settle(event);
        cr_assert_eq(reports, 1);
        cr_assert_null(watch);
        sd_event_unref(event);
}

/* The service lives on without it. */
Test(clock_watch, timer_that_breaks, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();

        read_error = EIO;
        cr_assert_eq(clock_watch_new(&watch, event, on_set, &reports), 0);
        set_clock();
        loop_settle(event);
        set_clock();
        loop_settle(event);
        cr_assert_eq(reports, 0);
        cr_assert_eq(sd_event_get_state(event), SD_EVENT_INITIAL);
        watch = clock_watch_free(watch);
        sd_event_unref(event);
}

Test(clock_watch, no_timer, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();

        create_error = EMFILE;
        cr_assert_eq(clock_watch_new(&watch, event, on_set, &reports), -EMFILE);
        create_error = 0;
        arm_error = EINVAL;
        cr_assert_eq(clock_watch_new(&watch, event, on_set, &reports), -EINVAL);
        cr_assert_null(watch);
        sd_event_unref(event);
}
