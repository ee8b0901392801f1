/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Signals sent to us, as events. */

#include <sys/types.h>
#include <systemd/sd-event.h>

typedef struct Signals Signals;

typedef struct SignalsOps {
        /* sender: the process that sent it, 0 for the kernel. */
        void (*on_signal)(int signo, pid_t sender, void *userdata);
} SignalsOps;

/* Blocks and takes over SIGTERM, SIGINT and all that is passed on to a container (HUP, QUIT, USR1, USR2,
 * WINCH, ALRM and others that would end or stop us, and the real-time signals); ignores SIGPIPE. All else
 * keeps its default: SIGABRT of systemd's watchdog must end us, and SIGCONT comes with every SIGTERM of
 * systemd. */
int signals_new(Signals **ret, sd_event *event, const SignalsOps *ops, void *userdata);
Signals *signals_free(Signals *s);
