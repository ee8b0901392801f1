/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* How a container ended, as one number: 0..255, with 128+N for death by signal N, as shells and the engine
 * count. */

#include <stdbool.h>

/* A signal as docker takes it: "SIGTERM", "term", "15", "RTMIN+3", "SIGRTMAX-1". Returns 1..64 or -EINVAL.
 */
int signal_from_string(const char *s);

/* "TERM", "RTMIN+3"; NULL where it is no signal. Static. */
const char *signal_to_string(int signo);

/* From waitpid(2)'s or PIDFD_GET_INFO's raw status. -EINVAL: not one of a process that ended. */
int wait_status_from_raw(int raw);

/* Our exit status: the container's, but 0 where a stop was asked for and the container ended on its stop
 * signal (or on SIGTERM or SIGINT, which reach it too). A container that had to be killed stays 137. code:
 * the engine's; what is not in 0..255 gives 255. stop_signal: the container's, 0 for SIGTERM. */
int wait_status_to_exit_status(int code, bool stop_requested, int stop_signal);
