/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* One signalfd and one event source for all signals. sd-event would want a source for each of the 47, which
 * is 14 kB for every service of the host. */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "loop/event-util.h"
#include "loop/signals.h"
#include "util/fd.h"
#include "util/macro.h"

struct Signals {
        const SignalsOps *ops;
        void *userdata;
        sd_event_source *source;
        int fd;
};

static const int fixed_signals[] = { SIGTERM,  SIGINT,  SIGHUP,  SIGQUIT,   SIGUSR1, SIGUSR2,
                                     SIGWINCH, SIGALRM, SIGPWR,  SIGVTALRM, SIGPROF, SIGIO,
                                     SIGABRT,  SIGTSTP, SIGTTIN, SIGTTOU };

int signals_open(const sigset_t *mask)
{
        if (sigprocmask(SIG_BLOCK, mask, NULL) < 0)
                return -errno;
        return RET_NERRNO(signalfd(-1, mask, SFD_NONBLOCK | SFD_CLOEXEC));
}

int signals_read(int fd, struct signalfd_siginfo *ret)
{
        ssize_t n = RET_NERRNO(read(fd, ret, sizeof(*ret)));

        if (n == -EAGAIN || n == -EINTR)
                return 0;
        return n < 0 ? (int) n : n == sizeof(*ret);
}

/* One signal each time: what the first one leads to may be more urgent than the second one. */
static int signals_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        Signals *s = ASSERT_PTR(userdata);
        struct signalfd_siginfo si;
        int r = signals_read(fd, &si);

        if (r > 0)
                s->ops->on_signal((int) si.ssi_signo, (pid_t) si.ssi_pid, s->userdata);
        return MIN(r, 0);
}

Signals *signals_free(Signals *s)
{
        if (!s)
                return NULL;
        sd_event_source_disable_unref(s->source);
        fd_close(s->fd);
        free(s);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(Signals *, signals_free)

int signals_new(Signals **ret, sd_event *event, const SignalsOps *ops, void *userdata)
{
        static const EventTraits traits = { "signals", EVENT_PRIORITY_SIGNAL, EVENT_FAILURE_EXIT };
        _cleanup_(signals_freep) Signals *s = NULL;
        sigset_t mask;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->ops = ops;
        s->userdata = userdata;
        s->fd = -EBADF;

        /* A write that cannot be done (nobody reads, LimitFSIZE=) is an error that is said, and not our end.
         */
        (void) signal(SIGPIPE, SIG_IGN);
        (void) signal(SIGXFSZ, SIG_IGN);
        sigemptyset(&mask);
        for (size_t i = 0; i < ELEMENTSOF(fixed_signals); i++)
                sigaddset(&mask, fixed_signals[i]);
        for (int signo = SIGRTMIN; signo <= SIGRTMAX; signo++)
                sigaddset(&mask, signo);
        s->fd = signals_open(&mask);
        if (s->fd < 0)
                return s->fd;
        r = event_add_io(event, &s->source, s->fd, EPOLLIN, signals_on_io, s, &traits);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}
