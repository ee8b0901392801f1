/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Watches a process by a pidfd. Its death is reported within a millisecond, and without the engine. The
 * process need not be our child. */

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"

typedef struct PidWatch PidWatch;

typedef struct PidWatchOps {
        /* It is dead; once. Its exit code may not be known yet. May free the watch. */
        void (*on_death)(void *userdata);
        /* Its exit code (128+N for signal N), if the kernel reports it (Linux 6.15: PIDFD_INFO_EXIT); once,
         * after on_death. May free the watch. */
        void (*on_exit_code)(int code, void *userdata);
} PidWatchOps;

/* -ESRCH: no process has this number, or it has been reaped. A zombie is reported as dead. -ENOMEM, or
 * another -errno. ops is borrowed. */
int pid_watch_new(PidWatch **ret, sd_event *event, pid_t pid, const PidWatchOps *ops, void *userdata);
PidWatch *pid_watch_free(PidWatch *w);
DEFINE_TRIVIAL_CLEANUP_FUNC(PidWatch *, pid_watch_free)

/* 1: the process has ended, or can do nothing but end, see proc_stat_is_ending(). 0: it lives, or /proc does
 * not show it. -ESRCH: no process has this number. Another -errno: not known. */
int pid_is_ending(pid_t pid);
/* The same for the process that is watched; 1 also if it has been reaped. */
int pid_watch_is_ending(const PidWatch *w);

/* Sends a signal by the pidfd, so that it cannot reach another process. 0: sent, or none with signo 0.
 * -ESRCH: the process has been reaped. */
int pid_watch_kill(const PidWatch *w, int signo);
