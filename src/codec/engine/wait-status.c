/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Turns the end of a container into a number; no other code does. Names of signals are those of signal(7) as
 * `--stop-signal` and `docker kill` accept them: in upper or lower case, with or without SIG, or as a
 * number. Real-time signals are counted from the C library's SIGRTMIN, which is 34, as in the engine. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>

#include "codec/engine/wait-status.h"
#include "util/macro.h"

#define RTMIN 34
#define RTMAX 64

static const char signal_table[][8] = {
        [SIGHUP] = "HUP",   [SIGINT] = "INT",       [SIGQUIT] = "QUIT", [SIGILL] = "ILL",
        [SIGTRAP] = "TRAP", [SIGABRT] = "ABRT",     [SIGBUS] = "BUS",   [SIGFPE] = "FPE",
        [SIGKILL] = "KILL", [SIGUSR1] = "USR1",     [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
        [SIGPIPE] = "PIPE", [SIGALRM] = "ALRM",     [SIGTERM] = "TERM", [SIGSTKFLT] = "STKFLT",
        [SIGCHLD] = "CHLD", [SIGCONT] = "CONT",     [SIGSTOP] = "STOP", [SIGTSTP] = "TSTP",
        [SIGTTIN] = "TTIN", [SIGTTOU] = "TTOU",     [SIGURG] = "URG",   [SIGXCPU] = "XCPU",
        [SIGXFSZ] = "XFSZ", [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF", [SIGWINCH] = "WINCH",
        [SIGIO] = "IO",     [SIGPWR] = "PWR",       [SIGSYS] = "SYS",
};

static const struct {
        char name[8];
        int signo;
} alias_table[] = {
        { "IOT", SIGABRT },
        { "CLD", SIGCHLD },
        { "POLL", SIGIO },
        { "UNUSED", SIGSYS },
};

/* One or two digits and nothing else. -EINVAL. */
static int parse_small(const char *s)
{
        size_t n = strspn(s, "0123456789");

        return n == 0 || n > 2 || s[n] ? -EINVAL : atoi(s);
}

static int parse_realtime(const char *s)
{
        int sign, base, offset;

        if (strncasecmp(s, "RTMIN", 5) == 0)
                sign = 1;
        else if (strncasecmp(s, "RTMAX", 5) == 0)
                sign = -1;
        else
                return -EINVAL;
        base = sign > 0 ? RTMIN : RTMAX;
        s += 5;
        if (!*s)
                return base;
        if (*s != (sign > 0 ? '+' : '-'))
                return -EINVAL;
        offset = parse_small(s + 1);
        if (offset < 0 || offset > RTMAX - RTMIN)
                return -EINVAL;
        return base + sign * offset;
}

int signal_from_string(const char *s)
{
        int n;

        assert(s);
        n = parse_small(s);
        if (n >= 0)
                return n >= 1 && n <= RTMAX ? n : -EINVAL;
        if (strncasecmp(s, "SIG", 3) == 0)
                s += 3;
        for (size_t i = 1; i < ELEMENTSOF(signal_table); i++)
                if (*signal_table[i] && strcasecmp(s, signal_table[i]) == 0)
                        return (int) i;
        for (size_t i = 0; i < ELEMENTSOF(alias_table); i++)
                if (strcasecmp(s, alias_table[i].name) == 0)
                        return alias_table[i].signo;
        return parse_realtime(s);
}

const char *signal_to_string(int signo)
{
        static const char realtime[RTMAX - RTMIN + 1][16] = {
                "RTMIN",    "RTMIN+1",  "RTMIN+2",  "RTMIN+3",  "RTMIN+4",  "RTMIN+5",  "RTMIN+6",
                "RTMIN+7",  "RTMIN+8",  "RTMIN+9",  "RTMIN+10", "RTMIN+11", "RTMIN+12", "RTMIN+13",
                "RTMIN+14", "RTMIN+15", "RTMAX-14", "RTMAX-13", "RTMAX-12", "RTMAX-11", "RTMAX-10",
                "RTMAX-9",  "RTMAX-8",  "RTMAX-7",  "RTMAX-6",  "RTMAX-5",  "RTMAX-4",  "RTMAX-3",
                "RTMAX-2",  "RTMAX-1",  "RTMAX",
        };

        if (signo >= RTMIN && signo <= RTMAX)
                return realtime[signo - RTMIN];
        return signo > 0 && (size_t) signo < ELEMENTSOF(signal_table) ? signal_table[signo] : NULL;
}

int wait_status_from_raw(int raw)
{
        if (WIFEXITED(raw))
                return WEXITSTATUS(raw);
        if (WIFSIGNALED(raw))
                return 128 + WTERMSIG(raw);
        return -EINVAL;
}

int wait_status_to_exit_status(int code, bool stop_requested, int stop_signal)
{
        assert(stop_signal >= 0 && stop_signal <= RTMAX);

        if (code < 0 || code > 255)
                return 255;
        if (!stop_requested)
                return code;
        if (code == 128 + SIGTERM || code == 128 + SIGINT)
                return 0;
        return stop_signal > 0 && code == 128 + stop_signal ? 0 : code;
}
