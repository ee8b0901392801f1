/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The kernel's files about cgroups, read and written: what the files of this layer that deal with cgroups
 * share. */

#include <sys/types.h>

#include "codec/cgroup/cgroup-path.h"

/* The cgroups of a process, 0: our own. -ESRCH: it is gone. */
int cgroup_read_paths(pid_t pid, CgroupPaths *ret);
int cgroup_read_mounts(CgroupMounts *ret);

/* Moves the processes of one cgroup (dir_fd) into the one whose cgroup.procs is open for writing as to_fd.
 * Adds to *n_moved; a failure does not keep the others from being moved, and the last one is returned. */
int cgroup_move_folder(int dir_fd, int to_fd, int *n_moved);
