/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Runs the real runtime, and reports errors in the same way as it does. */

#include "shim/command.h"
#include "util/macro.h"

/* The file that names the real runtime: a path, or a name that is looked up in $PATH. Without the file it is
 * runc. `systemd-docker setup` writes it. */
#define RUNTIME_FILE "/etc/systemd-docker/runtime"

/* Replaces this process with the real runtime and passes argv on; argv[0] is set to its name. Returns only
 * on failure, with -errno; *ret_name is then the name of the runtime, which belongs to the caller (unchanged
 * for -ENOMEM). -ELOOP: the name is that of this program. */
int runtime_exec(char **argv, char **ret_name);

/* Writes an error to stderr and to the log file of the command line, in the format that it requests. The
 * engine shows the last error of that file. */
void runtime_log_error(const RuntimeCommand *c, const char *format, ...) _printf_(2, 3);
