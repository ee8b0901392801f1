/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The cgroup of the unit that we run in. If systemd has delegated it (Delegate=), we move into a leaf below
 * it, and the container gets another cgroup beside that leaf. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/cleanup.h"

typedef struct UnitCgroup UnitCgroup;

/* Finds it, and changes nothing. -ENODATA, -ENXIO: we are not in a unit of the system's manager, or its
 * cgroup is not visible here; -ENOMEM; or another -errno. */
int unit_cgroup_new(UnitCgroup **ret);
UnitCgroup *unit_cgroup_free(UnitCgroup *u);
DEFINE_TRIVIAL_CLEANUP_FUNC(UnitCgroup *, unit_cgroup_free)

/* The path as in /proc/PID/cgroup, for example "/system.slice/web.service". It belongs to u. */
const char *unit_cgroup_path(const UnitCgroup *u);
/* The kernel's number of the cgroup, see util/cgroup-folder.h. */
uint64_t unit_cgroup_id(const UnitCgroup *u);
/* The folder, where the hierarchy is mounted here. It belongs to u. */
const char *unit_cgroup_folder(const UnitCgroup *u);
/* Whether systemd had delegated it when it was found. */
bool unit_cgroup_is_delegated(const UnitCgroup *u);
/* Whether we may move processes into it from elsewhere. */
bool unit_cgroup_is_writable(const UnitCgroup *u);
bool unit_cgroup_is_v2(const UnitCgroup *u);
/* The number of processes of the unit that the OOM killer has killed so far. -ENOENT: cgroup v1, or no
 * memory controller; -EBADMSG; -ENOMEM. */
int unit_cgroup_read_oom_kills(const UnitCgroup *u, uint64_t *ret);

/* In v2, a cgroup that passes controllers on to the cgroups below it cannot have processes of its own. This
 * moves us, and every other process of the unit's own cgroup, into a leaf below it, unless we are in a leaf
 * already (DelegateSubgroup=). Then it passes on all controllers that the unit has; one that cannot be
 * passed on is left out. 0, also if it was done before, or -errno. */
int unit_cgroup_enter_leaf(UnitCgroup *u);
/* Undoes unit_cgroup_enter_leaf(), if it has created the leaf and no other cgroup exists beside the leaf:
 * the cgroup of a container would lose its limits with the controllers. */
void unit_cgroup_leave_leaf(UnitCgroup *u);
