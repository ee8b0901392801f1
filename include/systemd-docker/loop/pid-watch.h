/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The container's first process, by a pidfd: its death is known in a millisecond, whatever the engine does.
 */

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"

typedef struct PidWatch PidWatch;

typedef struct PidWatchOps {
        /* It is dead; once. How it ended may not be known yet. */
        void (*on_death)(void *userdata);
        /* Its exit code (128+N for signal N), where the kernel tells it (Linux 6.15: PIDFD_INFO_EXIT); once,
         * after on_death. The engine's word is still to come and equal. */
        void (*on_exit_code)(int code, void *userdata);
} PidWatchOps;

/* -ESRCH: no such process. */
int pid_watch_new(PidWatch **ret, sd_event *event, pid_t pid, const PidWatchOps *ops, void *userdata);
PidWatch *pid_watch_free(PidWatch *w);
DEFINE_TRIVIAL_CLEANUP_FUNC(PidWatch *, pid_watch_free)

/* 1: this process has ended, or can do nothing but end any more, see proc_stat_is_ending(). 0: it lives, or
 * /proc does not show it. -ESRCH: there is none. Another -errno: not known. */
int pid_is_ending(pid_t pid);
/* The same of the one that is watched; 1 also where it has been reaped. */
int pid_watch_is_ending(const PidWatch *w);

/* By the pidfd, so it can't hit another process. -ESRCH when dead. */
int pid_watch_kill(const PidWatch *w, int signo);
