/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Signals that are sent to us, as events. */

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

typedef struct Signals Signals;

typedef struct SignalsOps {
        /* sender: the process that sent the signal; 0: the kernel. */
        void (*on_signal)(int signo, pid_t sender, void *userdata);
} SignalsOps;

/* Blocks and reports SIGTERM, SIGINT, SIGABRT (of systemd's watchdog), the signals that are passed on to a
 * container (HUP, QUIT, USR1, USR2, WINCH, ALRM and others that would end or stop us), and the real-time
 * signals. Ignores SIGPIPE and SIGXFSZ. Every other signal keeps its default action: systemd sends SIGCONT
 * with each SIGTERM. 0 or -errno. ops is borrowed. */
int signals_new(Signals **ret, sd_event *event, const SignalsOps *ops, void *userdata);
Signals *signals_free(Signals *s);

/* For a source of its own: blocks the signals, and returns a descriptor that reports them (signalfd(2)), or
 * -errno. It belongs to the caller. */
int signals_open(const sigset_t *mask);
/* Reads one of them. 1: *ret is set; 0: there is none; -errno. */
int signals_read(int fd, struct signalfd_siginfo *ret);
