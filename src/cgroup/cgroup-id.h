/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Cgroups of v2 by the kernel's number for them, which is the inode of the folder. */

#include <stdint.h>

#include "codec/cgroup/cgroup-path.h"

/* The number of a cgroup. 0 or -errno. */
int cgroup_id_of(const CgroupPath *cgroup, uint64_t *ret);
/* Whether it is that of this cgroup, or of one below it. Looks at some hundred cgroups at most. 1, 0, or
 * -errno: it cannot be seen. */
int cgroup_id_is_below(uint64_t id, const CgroupPath *cgroup);
