/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What containerd asks of its shim, and the real shim. */

/* The real shim of containerd for runc and runtimes with the same command line. */
#define REAL_SHIM "containerd-shim-runc-v2"

/* The id of the container that the command line is to start, which points into argv; NULL: it does something
 * else, or the id is not Docker's. */
const char *shim_starts(char *const *argv);

/* Replaces this process with the real shim, with runc_folder before all others in $PATH. argv is passed on,
 * with another argv[0]. Returns only on failure, with -errno. */
int shim_exec(char **argv, const char *runc_folder);
