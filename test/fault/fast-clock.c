/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Preloaded into a program under test: its monotonic clock runs FAST_CLOCK times as fast as the world's, and
 * so do the timers that it sets, so that time-outs of minutes are over in seconds. */

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>

#define NSEC 1000000000LL

int clock_gettime(clockid_t id, struct timespec *t);
int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old);

static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_settime)(int, int, const struct itimerspec *, struct itimerspec *);
static int64_t factor = 1, origin[16];

static int is_fast(clockid_t id)
{
        return id == CLOCK_MONOTONIC || id == CLOCK_BOOTTIME || id == CLOCK_MONOTONIC_RAW ||
               id == CLOCK_MONOTONIC_COARSE;
}

static int64_t to_nsec(const struct timespec *t)
{
        return t->tv_sec * NSEC + t->tv_nsec;
}

static struct timespec from_nsec(int64_t n)
{
        return (struct timespec){ .tv_sec = n / NSEC, .tv_nsec = n % NSEC };
}

static void prepare(void)
{
        const char *e = getenv("FAST_CLOCK");
        struct timespec t;

        if (real_settime)
                return;
        *(void **) &real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
        *(void **) &real_settime = dlsym(RTLD_NEXT, "timerfd_settime");
        factor = e ? atoi(e) : 1;
        for (clockid_t id = 0; id < 16; id++)
                if (is_fast(id) && real_gettime(id, &t) == 0)
                        origin[id] = to_nsec(&t);
}

int clock_gettime(clockid_t id, struct timespec *t)
{
        int r;

        prepare();
        r = real_gettime(id, t);
        if (r == 0 && is_fast(id))
                *t = from_nsec(origin[id] + (to_nsec(t) - origin[id]) * factor);
        return r;
}

/* sd-event sets absolute times. Of its clocks the program uses the monotonic one only. A timer that is
 * canceled when the clock is set is one of the other clock, and its time has more nanoseconds than fit into
 * an int64_t. */
int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
        struct itimerspec scaled = *value;
        int64_t n = flags & TFD_TIMER_CANCEL_ON_SET ? 0 : to_nsec(&value->it_value);

        prepare();
        if (n > 0 && flags & TFD_TIMER_ABSTIME && n >= origin[CLOCK_MONOTONIC]) {
                n = origin[CLOCK_MONOTONIC] + (n - origin[CLOCK_MONOTONIC]) / factor;
                scaled.it_value = from_nsec(n);
        }
        return real_settime(fd, flags, &scaled, old);
}
