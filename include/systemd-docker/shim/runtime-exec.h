/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Runs the real runtime, and reports errors in the same way as it does. */

#include <stdbool.h>

#include "shim/command.h"
#include "util/macro.h"

/* The file that names the real runtime: a path, or a name that is looked up in $PATH. Without the file it is
 * runc. `systemd-docker setup` writes it. */
#define RUNTIME_FILE "/etc/systemd-docker/runtime"

/* Whether our shim has called us by putting RUNC_FOLDER before the real runtime in $PATH. */
bool runtime_is_behind_shim(void);

/* Replaces this process with the real runtime and passes argv on; argv[0] is set to its name. runtime: the
 * real runtime, as in RUNTIME_FILE; NULL: the one that is named there. Returns only on failure, with -errno;
 * *ret_name is then the name of the runtime, which belongs to the caller (unchanged for -ENOMEM). -ELOOP: it
 * is this program. */
int runtime_exec(char **argv, const char *runtime, char **ret_name);

/* Writes an error to stderr and to the log file of the command line, in the format that it requests. The
 * engine shows the last error of that file. */
void runtime_log_error(const RuntimeCommand *c, const char *format, ...) _printf_(2, 3);
