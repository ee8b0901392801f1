/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The kernel reports EPOLLPRI for these files when one of their values has changed since they were last read
 * (Control Group v2, "Core Interface Files" and "Memory Interface Files"). inotify would do as well, but a
 * user has 128 instances of it (fs.inotify.max_user_instances), and root shares them with all services. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cgroup-watch.h"
#include "loop/event-util.h"
#include "util/fd.h"
#include "util/macro.h"

struct CgroupWatch {
        sd_event_source *source;
        int fd;
        const CgroupWatchOps *ops;
        void *userdata;
};

/* What is changed from now on is reported. -ENODEV: the cgroup was removed. */
static int rearm(int fd)
{
        char byte;

        return (int) RET_NERRNO(pread(fd, &byte, sizeof(byte), 0));
}

static int cgroup_watch_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        CgroupWatch *w = ASSERT_PTR(userdata);

        if (rearm(fd) < 0)
                return sd_event_source_set_enabled(source, SD_EVENT_OFF);
        w->ops->on_change(w->userdata);
        return 0;
}

CgroupWatch *cgroup_watch_free(CgroupWatch *w)
{
        if (!w)
                return NULL;
        sd_event_source_disable_unref(w->source);
        fd_close(w->fd);
        free(w);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(CgroupWatch *, cgroup_watch_free)

int cgroup_watch_new(CgroupWatch **ret, sd_event *event, const char *folder, const char *file,
                     const CgroupWatchOps *ops, void *userdata)
{
        static const EventTraits traits = { "cgroup-events", EVENT_PRIORITY_CGROUP, EVENT_FAILURE_DISABLE };
        _cleanup_(cgroup_watch_freep) CgroupWatch *w = NULL;
        _cleanup_free_ char *path = NULL;
        int r;

        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        w->fd = -EBADF;
        w->ops = ops;
        w->userdata = userdata;
        if (asprintf(&path, "%s/%s", folder, file) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        w->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (w->fd < 0)
                return -errno;
        r = rearm(w->fd);
        if (r >= 0)
                r = event_add_io(event, &w->source, w->fd, EPOLLPRI, cgroup_watch_on_io, w, &traits);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(w);
        return 0;
}
