/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The cgroup of the unit that we run in: whether systemd has handed it over to us (Delegate=), and the leaf
 * below it that we then live in, so that the container can have its own beside us. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/cleanup.h"

typedef struct UnitCgroup UnitCgroup;

/* Reads, and changes nothing. -ENODATA, -ENXIO: we are in no unit of the system's manager. */
int unit_cgroup_new(UnitCgroup **ret);
UnitCgroup *unit_cgroup_free(UnitCgroup *u);
DEFINE_TRIVIAL_CLEANUP_FUNC(UnitCgroup *, unit_cgroup_free)

/* As in /proc/PID/cgroup: "/system.slice/web.service". */
const char *unit_cgroup_path(const UnitCgroup *u);
/* The kernel's number of it: no other cgroup has it until the next boot, also not one of the same path. */
uint64_t unit_cgroup_id(const UnitCgroup *u);
const char *unit_cgroup_folder(const UnitCgroup *u);
bool unit_cgroup_is_delegated(const UnitCgroup *u);
bool unit_cgroup_is_v2(const UnitCgroup *u);
/* How many processes of the unit an OOM killer has killed so far. -ENOENT: cgroup v1, or no memory
 * controller. */
int unit_cgroup_read_oom_kills(const UnitCgroup *u, uint64_t *ret);

/* v2 keeps processes out of a cgroup that hands controllers on to those below it. So this moves us, and
 * whoever else is in the unit's own cgroup, into a leaf below it (unless we are in one already:
 * DelegateSubgroup=), and then hands on what controllers there are. */
int unit_cgroup_enter_leaf(UnitCgroup *u);
/* Takes that back, where no cgroup of a container is left: without the controllers it would have no limits.
 */
void unit_cgroup_leave_leaf(UnitCgroup *u);
