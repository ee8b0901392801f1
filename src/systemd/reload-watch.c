/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* systemd announces a reload on the bus. But who listens there gets the changes of all units, and with many
 * services that costs systemd much more than the reload. Instead we watch the folder for the units of
 * generators, systemd.generator(7): each reload removes and creates it before the generators run.
 *
 * The kernel tells of a change in a folder by a signal (fcntl(2), F_NOTIFY). inotify(7) would be handier,
 * but a user has 128 instances of it (fs.inotify.max_user_instances), and root shares them with all
 * services. The signal is SIGURG: nobody sends it on purpose, it is passed on to no container, and by
 * default it is ignored. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include "loop/event-util.h"
#include "loop/signals.h"
#include "reload-watch.h"
#include "util/fd.h"
#include "util/macro.h"

struct ReloadWatch {
        sd_event_source *source;
        int folder, signals;
        ino_t generator; /* of the folder for their units; 0: there is none */
        const ReloadWatchOps *ops;
        void *userdata;
};

static ino_t find_generator(const ReloadWatch *w)
{
        struct stat st;

        return fstatat(w->folder, "generator", &st, AT_SYMLINK_NOFOLLOW) < 0 ? 0 : st.st_ino;
}

/* Whether something else was created there. Where no generator writes a unit, systemd removes the folder at
 * once, and this cannot be told. */
static bool is_unchanged(ReloadWatch *w)
{
        ino_t before = w->generator;

        w->generator = find_generator(w);
        return w->generator != 0 && w->generator == before;
}

static int reload_watch_on_signal(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        ReloadWatch *w = ASSERT_PTR(userdata);
        struct signalfd_siginfo si;
        int r = signals_read(fd, &si);

        /* A positive code is the kernel's. */
        if (r > 0 && si.ssi_code > 0 && !is_unchanged(w))
                w->ops->on_reload(w->userdata);
        return MIN(r, 0);
}

ReloadWatch *reload_watch_free(ReloadWatch *w)
{
        if (!w)
                return NULL;
        sd_event_source_disable_unref(w->source);
        fd_close(w->signals);
        fd_close(w->folder);
        free(w);
        return NULL;
}

static int open_folder(const char *run)
{
        _cleanup_free_ char *path = NULL;

        if (asprintf(&path, "%s/systemd", run) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        return RET_NERRNO(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int watch_folder(int fd)
{
        if (fcntl(fd, F_SETSIG, SIGURG) < 0 || fcntl(fd, F_NOTIFY, (long) (DN_CREATE | DN_MULTISHOT)) < 0)
                return -errno;
        return 0;
}

int reload_watch_new(ReloadWatch **ret, sd_event *event, const char *run, const ReloadWatchOps *ops,
                     void *userdata)
{
        static const EventTraits traits = { "daemon-reload", EVENT_PRIORITY_BUS, EVENT_FAILURE_DISABLE };
        _cleanup_(reload_watch_freep) ReloadWatch *w = NULL;
        sigset_t mask;
        int r;

        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        w->signals = -EBADF;
        w->ops = ops;
        w->userdata = userdata;
        w->folder = open_folder(run);
        if (w->folder < 0)
                return w->folder;
        sigemptyset(&mask);
        sigaddset(&mask, SIGURG);
        w->signals = signals_open(&mask);
        if (w->signals < 0)
                return w->signals;
        r = event_add_io(event, &w->source, w->signals, EPOLLIN, reload_watch_on_signal, w, &traits);
        if (r < 0)
                return r;
        w->generator = find_generator(w);
        r = watch_folder(w->folder);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(w);
        return 0;
}
