/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The pidfd (pidfd_open(2)) is an io source, because sd_event_add_child_pidfd() is only for our own
 * children, and the container's first process is a child of the engine's shim.
 *
 * EPOLLIN: the process is dead, but a zombie. EPOLLHUP: it has been reaped, and from then on PIDFD_GET_INFO
 * returns its wait status to everybody who has a pidfd of it (Linux 6.15). With older kernels the ioctl
 * fails, and only the engine reports the exit code. */

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "codec/engine/wait-status.h"
#include "codec/systemd/proc-status.h"
#include "loop/event-util.h"
#include "loop/pid-watch.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/pidfd.h"

#define PROC_STAT_MAX (16U * 1024)

struct PidWatch {
        pid_t pid;
        int fd;
        bool dead;
        sd_event_source *source;
        const PidWatchOps *ops;
        void *userdata;
};

static int pidfd_exit_code(int fd)
{
        int status, r = pidfd_exit_status(fd, &status);

        return r < 0 ? r : wait_status_from_raw(status);
}

static int pid_watch_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        PidWatch *w = ASSERT_PTR(userdata);
        int r;

        if (!w->dead) {
                w->dead = true;
                /* It stays readable for ever. From now on wait only for EPOLLHUP, which is always reported.
                 */
                r = sd_event_source_set_io_events(w->source, 0);
                if (r < 0)
                        return r;
                /* May free us. An EPOLLHUP that came with this event is reported again. */
                w->ops->on_death(w->userdata);
                return 0;
        }
        if (!(revents & EPOLLHUP))
                return 0;
        r = sd_event_source_set_enabled(w->source, SD_EVENT_OFF);
        if (r < 0)
                return r;
        r = pidfd_exit_code(w->fd);
        if (r >= 0)
                w->ops->on_exit_code(r, w->userdata);
        else
                log_debug_errno(r, "The kernel does not report the exit status, waiting for the engine: %m");
        return 0;
}

PidWatch *pid_watch_free(PidWatch *w)
{
        if (!w)
                return NULL;
        sd_event_source_disable_unref(w->source);
        fd_close(w->fd);
        free(w);
        return NULL;
}

int pid_watch_new(PidWatch **ret, sd_event *event, pid_t pid, const PidWatchOps *ops, void *userdata)
{
        static const EventTraits traits = { "container-pid", EVENT_PRIORITY_PID, EVENT_FAILURE_EXIT };
        _cleanup_(pid_watch_freep) PidWatch *w = NULL;
        int r;

        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        w->pid = pid;
        w->ops = ops;
        w->userdata = userdata;
        w->fd = pidfd_of(pid);
        if (w->fd < 0)
                return w->fd;
        r = event_add_io(event, &w->source, w->fd, EPOLLIN, pid_watch_on_io, w, &traits);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(w);
        return 0;
}

int pid_watch_kill(const PidWatch *w, int signo)
{
        return syscall(SYS_pidfd_send_signal, w->fd, signo, NULL, 0) < 0 ? -errno : 0;
}

/* Another process may have the number by the time that its file is read, but only after ours was reaped. So
 * the pidfd is asked last: as long as it says that ours exists, the file was ours. */
static int pidfd_is_ending(int fd, pid_t pid)
{
        struct pollfd p = { .fd = fd, .events = POLLIN };
        _cleanup_free_ char *text = NULL;
        bool ending = false;
        char path[64];
        int r;

        (void) snprintf(path, sizeof(path), "/proc/%i/stat", (int) pid);
        if (read_file_at(AT_FDCWD, path, PROC_STAT_MAX, &text, NULL) >= 0)
                (void) proc_stat_is_ending(text, &ending);
        r = RET_NERRNO(poll(&p, 1, 0));
        if (r < 0)
                return r;
        return r > 0 || ending;
}

int pid_watch_is_ending(const PidWatch *w)
{
        return pidfd_is_ending(w->fd, w->pid);
}

int pid_is_ending(pid_t pid)
{
        _cleanup_close_ int fd = (int) RET_NERRNO(syscall(SYS_pidfd_open, pid, 0));

        return fd < 0 ? fd : pidfd_is_ending(fd, pid);
}
