/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A trigger that is written to the file makes it report EPOLLPRI (Documentation/accounting/psi.rst). */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "loop/event-util.h"
#include "pressure-watch.h"
#include "util/fd.h"
#include "util/macro.h"

struct PressureWatch {
        int fd;
        sd_event_source *source;
        const PressureWatchOps *ops;
        void *userdata;
};

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        PressureWatch *w = ASSERT_PTR(userdata);

        if (revents & EPOLLERR) /* the cgroup is gone */
                return sd_event_source_set_enabled(w->source, SD_EVENT_OFF);
        w->ops->on_pressure(w->userdata);
        return 0;
}

PressureWatch *pressure_watch_free(PressureWatch *w)
{
        if (!w)
                return NULL;
        sd_event_source_disable_unref(w->source);
        fd_close(w->fd);
        free(w);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(PressureWatch *, pressure_watch_free)

int pressure_watch_new(PressureWatch **ret, sd_event *event, const char *folder, const PressureWatchOps *ops,
                       void *userdata)
{
        static const EventTraits traits = { "cgroup-pressure", EVENT_PRIORITY_CGROUP,
                                            EVENT_FAILURE_DISABLE };
        static const char trigger[] = "some 100000 1000000";
        _cleanup_(pressure_watch_freep) PressureWatch *w = NULL;
        _cleanup_free_ char *path = NULL;
        int r;

        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        *w = (PressureWatch){ .fd = -EBADF, .ops = ops, .userdata = userdata };
        if (asprintf(&path, "%s/memory.pressure", folder) < 0)
                return -ENOMEM;
        r = w->fd = RET_NERRNO(open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK));
        if (r >= 0)
                r = write_all(w->fd, trigger, sizeof(trigger));
        if (r >= 0)
                r = event_add_io(event, &w->source, w->fd, EPOLLPRI, on_io, w, &traits);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(w);
        return 0;
}
