/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The kernel's files about cgroups: /proc/PID/cgroup, /proc/self/mountinfo and cgroup.procs. */

#include <sys/types.h>

#include "codec/cgroup/cgroup-path.h"

/* The cgroups of a process; pid 0: our own. Free *ret with cgroup_paths_done(). -ESRCH: there is no such
 * process; -EBADMSG; -ENOMEM; or another -errno. */
int cgroup_read_paths(pid_t pid, CgroupPaths *ret);
/* The hierarchies that are mounted here. Free *ret with cgroup_mounts_done(). 0 or -errno. */
int cgroup_read_mounts(CgroupMounts *ret);

/* Moves every process of one cgroup into another one, except those that are forked meanwhile. dir_fd: the
 * folder of the first cgroup; to_fd: cgroup.procs of the second one, open for writing. Adds the number of
 * moved processes to *n_moved. If a process cannot be moved, the others still are; returns 0 or the last
 * -errno. */
int cgroup_move_folder(int dir_fd, int to_fd, int *n_moved);
