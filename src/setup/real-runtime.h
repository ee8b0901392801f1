/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The file that says which real runtime systemd-docker-runtime uses instead of runc. */

/* Writes it, if there is none, and says so. One that an administrator has written stays, and a notice says
 * where it differs. Returns 1 if it was written, 0 if it stays, or -errno after logging the error. */
int real_runtime_choose(const char *path);
/* Removes it, if it is what real_runtime_choose(path) writes. path may be NULL. */
void real_runtime_forget(const char *path);
