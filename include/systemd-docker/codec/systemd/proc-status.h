/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Parses /proc/PID/status (proc_pid_status(5)) and /proc/PID/stat (proc_pid_stat(5)). */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What a process does with a signal. */
typedef enum SignalTaken {
        SIGNAL_DEFAULT, /* its default action */
        SIGNAL_BLOCKED, /* it waits: for sigwait(3) or signalfd(2), or only until the C library has forked */
        SIGNAL_HANDLED, /* it is caught or ignored */
} SignalTaken;

/* text: the content of /proc/PID/status. -EBADMSG: not such a text. */
int proc_status_signal(const char *text, int signo, SignalTaken *ret);

/* text: the content of /proc/PID/stat. *ret: whether the process has ended or can only end: it is a zombie,
 * it is in the kernel's do_exit(), or it has a pending SIGKILL. Not true if only the first of several
 * threads has ended. -EBADMSG: not such a text. */
int proc_stat_is_ending(const char *text, bool *ret);

/* text: the content of /proc/PID/stat. *ret: the process's parent; 0: it is not in our PID namespace, or
 * there is none. -EBADMSG: not such a text. */
int proc_stat_parent(const char *text, pid_t *ret);

/* text: the content of /proc/PID/stat. *ret: when the process began, in the kernel's ticks: together with
 * its number it identifies the process until the next boot. -EBADMSG: not such a text. */
int proc_stat_start(const char *text, uint64_t *ret);
