/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What systemd has passed to the service by $LISTEN_FDS: sockets of a .socket unit, files of OpenFile=. See
 * sd_listen_fds(3). */

#include <sys/types.h>

typedef struct PassedFiles {
        unsigned sockets; /* that are not our standard input, output or error as well */
        unsigned others;  /* the same for files, and for FIFOs */
} PassedFiles;

/* pid, n: the values of $LISTEN_PID and $LISTEN_FDS, or NULL. self: our own pid. */
PassedFiles passed_files_unused(const char *pid, const char *n, pid_t self);
