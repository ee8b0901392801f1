/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Each signal has an event source of its own; sd-event uses one signalfd for all of them. */

#include <signal.h>
#include <stdlib.h>

#include "loop/event-util.h"
#include "loop/signals.h"
#include "util/macro.h"

struct Signals {
        const SignalsOps *ops;
        void *userdata;
        sd_event_source *sources[_NSIG];
};

static const int fixed_signals[] = { SIGTERM,  SIGINT,  SIGHUP,  SIGQUIT,   SIGUSR1, SIGUSR2,
                                     SIGWINCH, SIGALRM, SIGPWR,  SIGVTALRM, SIGPROF, SIGIO,
                                     SIGABRT,  SIGTSTP, SIGTTIN, SIGTTOU };

static int signals_on_signal(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata)
{
        Signals *s = ASSERT_PTR(userdata);

        s->ops->on_signal((int) si->ssi_signo, (pid_t) si->ssi_pid, s->userdata);
        return 0;
}

Signals *signals_free(Signals *s)
{
        if (!s)
                return NULL;
        for (size_t i = 0; i < ELEMENTSOF(s->sources); i++)
                sd_event_source_disable_unref(s->sources[i]);
        free(s);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(Signals *, signals_free)

static int add_signal(Signals *s, sd_event *event, int signo)
{
        static const EventTraits traits = { "signal", EVENT_PRIORITY_SIGNAL, EVENT_FAILURE_EXIT };

        return event_add_signal(event, &s->sources[signo], signo, signals_on_signal, s, &traits);
}

int signals_new(Signals **ret, sd_event *event, const SignalsOps *ops, void *userdata)
{
        _cleanup_(signals_freep) Signals *s = NULL;
        sigset_t mask;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->ops = ops;
        s->userdata = userdata;

        /* A write that cannot be done (nobody reads, LimitFSIZE=) is an error that is said, and not our end.
         */
        (void) signal(SIGPIPE, SIG_IGN);
        (void) signal(SIGXFSZ, SIG_IGN);
        sigemptyset(&mask);
        for (size_t i = 0; i < ELEMENTSOF(fixed_signals); i++)
                sigaddset(&mask, fixed_signals[i]);
        for (int signo = SIGRTMIN; signo <= SIGRTMAX; signo++)
                sigaddset(&mask, signo);
        if (sigprocmask(SIG_BLOCK, &mask, NULL) < 0)
                return -errno;

        for (int signo = 1; signo < _NSIG; signo++) {
                if (sigismember(&mask, signo) != 1)
                        continue;
                r = add_signal(s, event, signo);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(s);
        return 0;
}
