/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What a cgroup's folder tells of the cgroup: its number, and whether systemd has delegated it. The
 * supervisor and the runtime both read it here, so that they agree on what is the same cgroup. */

#include <stdbool.h>
#include <stdint.h>

/* The kernel's number of the cgroup: no other cgroup has it until the next boot, not even a later one with
 * the same path. fd: the cgroup's folder. Returns 0 or -errno. */
int cgroup_folder_read_id(int fd, uint64_t *ret);

/* Opens the folder at path if it still is the cgroup with the number id. Returns a descriptor, which is the
 * caller's; -ENOENT: no cgroup has this path; -ESTALE: it is a later cgroup; or another -errno. A symbolic
 * link at the end of path is not followed (-ELOOP or -ENOTDIR). */
int cgroup_folder_open(const char *path, uint64_t id);

/* Whether systemd has delegated the cgroup. systemd marks such a cgroup with an extended attribute on its
 * folder: see "Delegation" in systemd's document CGROUP_DELEGATION. fd: the cgroup's folder, open for
 * reading. An error counts as false. */
bool cgroup_folder_is_delegated(int fd);
