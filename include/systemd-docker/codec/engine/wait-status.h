/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* How a container ended, as one number: 0..255, with 128+N for death by signal N, as in shells and in the
 * engine. */

#include <stdbool.h>

/* A signal in docker's spelling: "SIGTERM", "term", "15", "RTMIN+3", "SIGRTMAX-1". Returns 1..64 or -EINVAL.
 */
int signal_from_string(const char *s);

/* A constant string like "TERM" or "RTMIN+3", or NULL if signo is not a signal. */
const char *signal_to_string(int signo);

/* Converts the raw status of waitpid(2) or PIDFD_GET_INFO. -EINVAL: not the status of a process that has
 * ended. */
int wait_status_from_raw(int raw);

/* The exit status of the supervisor. It is the container's, but 0 if a stop was requested and the container
 * ended on its stop signal (or on SIGTERM or SIGINT, which can also reach it). A container that had to be
 * killed keeps 137. code: from the engine; a value outside of 0..255 becomes 255. stop_signal: the
 * container's; 0 means SIGTERM. */
int wait_status_to_exit_status(int code, bool stop_requested, int stop_signal);
