/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* /proc/PID/status (proc_pid_status(5)) and /proc/PID/stat (proc_pid_stat(5)). */

#include <stdbool.h>

/* Whether a signal would do to this process what it does by default: it is neither caught, nor ignored, nor
 * blocked (as it is where a program reads it by sigwait(3) or signalfd(2)). *ret. -EBADMSG: not such a text.
 */
int proc_status_signal_is_default(const char *text, int signo, bool *ret);

/* By the text of /proc/PID/stat, whether this process has ended, or can do nothing but end any more: it is a
 * zombie, the kernel is taking it apart, or it has a SIGKILL to act on. *ret. Not so where only the first
 * one of several threads has ended. -EBADMSG: not such a text. */
int proc_stat_is_ending(const char *text, bool *ret);
