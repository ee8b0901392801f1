/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Preloaded into a program under test, whose CLOCK_REALTIME can then be set without setting the machine's.
 * The file SET_CLOCK has the difference from the machine's in nanoseconds (int64_t). Timers with
 * TFD_TIMER_CANCEL_ON_SET become the FIFO SET_CLOCK.fifo: the test writes eight bytes to it after it has
 * changed the file. */

#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define NSEC 1000000000LL

int clock_gettime(clockid_t id, struct timespec *t);
int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old);

static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_settime)(int, int, const struct itimerspec *, struct itimerspec *);
static const volatile int64_t *difference;

static void prepare(void)
{
        const char *path = getenv("SET_CLOCK");
        int fd;

        if (real_settime)
                return;
        *(void **) &real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
        *(void **) &real_settime = dlsym(RTLD_NEXT, "timerfd_settime");
        fd = open(path ?: "", O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                abort();
        difference = mmap(NULL, sizeof(*difference), PROT_READ, MAP_SHARED, fd, 0);
        if (difference == MAP_FAILED)
                abort();
        (void) close(fd);
}

int clock_gettime(clockid_t id, struct timespec *t)
{
        int64_t n;
        int r;

        prepare();
        r = real_gettime(id, t);
        if (r == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
                n = t->tv_sec * NSEC + t->tv_nsec + *difference;
                *t = (struct timespec){ .tv_sec = n / NSEC, .tv_nsec = n % NSEC };
        }
        return r;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
        char path[4096];
        int fifo, r;

        prepare();
        if (!(flags & TFD_TIMER_CANCEL_ON_SET))
                return real_settime(fd, flags, value, old);
        (void) snprintf(path, sizeof(path), "%s.fifo", getenv("SET_CLOCK"));
        fifo = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fifo < 0)
                return -1;
        r = dup3(fifo, fd, O_CLOEXEC);
        (void) close(fifo);
        return r < 0 ? -1 : 0;
}
