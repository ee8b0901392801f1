/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The real runtime, and errors in its own way. */

#include "shim/command.h"
#include "util/macro.h"

/* Which real runtime to use, a path or a name to look for in $PATH; missing: runc. `systemd-docker setup`
 * writes it. */
#define RUNTIME_FILE "/etc/systemd-docker/runtime"

/* Becomes the real runtime, with these words behind its name; returns only on failure, -errno. *ret_name is
 * then what it was to be, the caller's. -ELOOP: that is this program itself. */
int runtime_exec(char **argv, char **ret_name);

/* Where the runtime puts its errors, so that the engine finds ours like those. */
void runtime_log_error(const RuntimeCommand *c, const char *format, ...) _printf_(2, 3);
