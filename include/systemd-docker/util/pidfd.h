/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the kernel says of a process by its pidfd, also when the process is gone: PIDFD_GET_INFO, Linux 6.15.
 */

#include <stdint.h>
#include <sys/types.h>

/* A pidfd, or -errno. */
int pidfd_of(pid_t pid);
/* The raw status of waitpid(2), of a process that was reaped. -ENODATA: it was not; or
 * another -errno, as with an older kernel. */
int pidfd_exit_status(int fd, int *ret);
/* The id of the cgroup of v2 in which it is, or was in the end: the inode number of the cgroup's folder,
 * which no other cgroup ever has. 0 or -errno. */
int pidfd_cgroup_id(int fd, uint64_t *ret);
