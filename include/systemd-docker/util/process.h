/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What is asked of other processes by their number. proc is "/proc", or another folder in tests. */

#include <stdbool.h>
#include <sys/types.h>

/* $PATH as systemd sets it for services. */
#define PATH_USUAL "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Whether the process exists and has this name, of at most 15 bytes: proc(5), comm. */
bool process_has_name(const char *proc, pid_t pid, const char *name);

/* The process that a pid file names, if it has this name. A pid file can outlive its process, and another
 * process may have that number by now. 0: there is none. */
pid_t pid_file_find(const char *proc, const char *path, const char *name);
