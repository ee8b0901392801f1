/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A timer on CLOCK_REALTIME that never expires, but is canceled each time when the clock is set
 * (timerfd_create(2)). Then its descriptor is readable, and reading it makes it wait again. */

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "loop/clock-watch.h"
#include "loop/event-util.h"
#include "util/fd.h"
#include "util/macro.h"

#define NEVER_SEC ((time_t) (sizeof(time_t) == sizeof(int32_t) ? INT32_MAX : INT64_MAX / 2))

struct ClockWatch {
        int fd;
        sd_event_source *source;
        ClockWatchOnSet on_set;
        void *userdata;
};

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        ClockWatch *w = ASSERT_PTR(userdata);
        uint64_t count;
        ssize_t n = read(fd, &count, sizeof(count));

        if (n < 0 && errno != ECANCELED && errno != EAGAIN && errno != EINTR)
                return -errno;
        w->on_set(w->userdata);
        return 0;
}

ClockWatch *clock_watch_free(ClockWatch *w)
{
        if (!w)
                return NULL;
        sd_event_source_disable_unref(w->source);
        fd_close(w->fd);
        free(w);
        return NULL;
}

int clock_watch_new(ClockWatch **ret, sd_event *event, ClockWatchOnSet on_set, void *userdata)
{
        static const EventTraits traits = { "clock", EVENT_PRIORITY_SIGNAL, EVENT_FAILURE_DISABLE };
        static const struct itimerspec never = { .it_value.tv_sec = NEVER_SEC };
        _cleanup_(clock_watch_freep) ClockWatch *w = NULL;
        int r;

        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        w->on_set = on_set;
        w->userdata = userdata;
        w->fd = RET_NERRNO(timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
        if (w->fd < 0)
                return w->fd;
        r = RET_NERRNO(timerfd_settime(w->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL));
        if (r < 0)
                return r;
        r = event_add_io(event, &w->source, w->fd, EPOLLIN, on_io, w, &traits);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(w);
        return 0;
}
