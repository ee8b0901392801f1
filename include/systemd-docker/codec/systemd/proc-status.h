/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* /proc/PID/status (proc_pid_status(5)). */

#include <stdbool.h>

/* Whether a signal would do to this process what it does by default: it is neither caught, nor ignored, nor
 * blocked (as it is where a program reads it by sigwait(3) or signalfd(2)). *ret. -EBADMSG: not such a text.
 */
int proc_status_signal_is_default(const char *text, int signo, bool *ret);
