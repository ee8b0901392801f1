/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Signals as events of the loop. */

#include <signal.h>
#include <unistd.h>

#include "loop.h"
#include "loop/signals.h"
#include "util/macro.h"

typedef struct Seen {
        int last;
        unsigned count[_NSIG], total;
        Signals **free_it;
} Seen;

static void on_signal(int signo, pid_t sender, void *userdata)
{
        Seen *s = ASSERT_PTR(userdata);

        s->last = signo;
        s->count[signo]++;
        s->total++;
        if (s->free_it)
                *s->free_it = signals_free(*s->free_it);
}

static const SignalsOps ops = { on_signal };
static const int fixed[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGALRM };

Test(signals, each_of_them_is_reported, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Signals *signals = NULL;
        Seen seen = {};

        cr_assert_eq(signals_new(&signals, event, &ops, &seen), 0);
        for (size_t i = 0; i < ELEMENTSOF(fixed); i++) {
                cr_assert_eq(kill(getpid(), fixed[i]), 0);
                loop_until(event, seen.count[fixed[i]] == 1);
                cr_assert_eq(seen.last, fixed[i]);
        }
        for (int signo = SIGRTMIN; signo <= SIGRTMAX; signo++) {
                cr_assert_eq(kill(getpid(), signo), 0);
                loop_until(event, seen.count[signo] == 1);
        }
        signals_free(signals);
        sd_event_unref(event);
}

Test(signals, many_at_once, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Signals *signals = NULL;
        Seen seen = {};

        cr_assert_eq(signals_new(&signals, event, &ops, &seen), 0);
        for (size_t i = 0; i < ELEMENTSOF(fixed); i++)
                cr_assert_eq(kill(getpid(), fixed[i]), 0);
        loop_until(event, seen.total == ELEMENTSOF(fixed));
        for (size_t i = 0; i < ELEMENTSOF(fixed); i++)
                cr_assert_eq(seen.count[fixed[i]], 1);
        signals_free(signals);
        sd_event_unref(event);
}

/* Real-time signals are queued: each one counts. */
Test(signals, real_time_signals_queue, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Signals *signals = NULL;
        Seen seen = {};

        cr_assert_eq(signals_new(&signals, event, &ops, &seen), 0);
        for (size_t i = 0; i < 5; i++)
                cr_assert_eq(kill(getpid(), SIGRTMIN + 3), 0);
        loop_until(event, seen.count[SIGRTMIN + 3] == 5);
        signals_free(signals);
        sd_event_unref(event);
}

Test(signals, pipe_is_ignored_and_the_rest_keeps_its_default)
{
        static const int untouched[] = { SIGCONT, SIGCHLD, SIGSEGV, SIGURG };
        sd_event *event = loop_new();
        Signals *signals = NULL;
        Seen seen = {};
        sigset_t mask;
        int fds[2];

        cr_assert_eq(signals_new(&signals, event, &ops, &seen), 0);
        cr_assert_eq(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
        for (size_t i = 0; i < ELEMENTSOF(untouched); i++)
                cr_assert_eq(sigismember(&mask, untouched[i]), 0, "%i", untouched[i]);
        cr_assert_eq(pipe(fds), 0);
        close(fds[0]);
        cr_assert_eq(write(fds[1], "x", 1), -1);
        cr_assert_eq(errno, EPIPE);
        close(fds[1]);
        signals_free(signals);
        sd_event_unref(event);
}

Test(signals, may_be_freed_in_its_callback, .timeout = LOOP_TIMEOUT)
{
        sd_event *event = loop_new();
        Signals *signals = NULL;
        Seen seen = { .free_it = &signals };

        cr_assert_eq(signals_new(&signals, event, &ops, &seen), 0);
        cr_assert_eq(kill(getpid(), SIGUSR1), 0);
        cr_assert_eq(kill(getpid(), SIGUSR2), 0);
        loop_until(event, !signals);
        loop_settle(event);
        cr_assert_eq(seen.total, 1);
        sd_event_unref(event);
}

Test(signals, free_of_none)
{
        cr_assert_null(signals_free(NULL));
}
