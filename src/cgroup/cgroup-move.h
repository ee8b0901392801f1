/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Takes a container's processes out of the cgroups that the engine made and into our own, which are the
 * unit's. */

#include <stdbool.h>
#include <sys/types.h>

#include "util/cleanup.h"

typedef struct CgroupMove CgroupMove;

/* Whether a hierarchy is to be taken over: "" for cgroup v2, else a v1 controller or "name=systemd". */
typedef bool (*CgroupWanted)(const char *controller, void *userdata);

/* Finds out, for each hierarchy that is mounted and wanted, where pid is and where we are. A cgroup that
 * does not bear the container's id in its path is left alone: what lives there may be anybody's. So is one
 * below unit_path, where it is given: that was made in the unit. -ESRCH: pid is gone; -ENOENT: no cgroup
 * hierarchy is mounted. */
int cgroup_move_new(CgroupMove **ret, pid_t pid, const char *container_id, const char *unit_path,
                    CgroupWanted wanted, void *userdata);
CgroupMove *cgroup_move_free(CgroupMove *m);
DEFINE_TRIVIAL_CLEANUP_FUNC(CgroupMove *, cgroup_move_free)

/* How many hierarchies it works on: 0 when pid is where we are already. */
size_t cgroup_move_count(const CgroupMove *m);

/* Moves what is there now, and what it forks meanwhile, until nothing is left. Idempotent; nothing to do is
 * success. Returns how many processes were moved, or -errno of the last that could not be. */
int cgroup_move_sweep(CgroupMove *m);

/* Whether there is a hierarchy of v1 among them: it doesn't say when somebody joins. */
bool cgroup_move_is_blind(const CgroupMove *m);

/* Path of the container's v2 cgroup, to be watched; NULL without v2. */
const char *cgroup_move_unified_source(const CgroupMove *m);

/* Whether pid is in a cgroup that bears the container's id, or in one of ours: so that a pid that the engine
 * told us is not some other process by now, or one of another machine. */
bool cgroup_is_of_container(pid_t pid, const char *container_id);

/* The same of a process that is ending, whose cgroup may be gone already. cgroup v1 forgets it at once:
 * where nothing is known of it any more, true. */
bool cgroup_was_of_container(pid_t pid, const char *container_id);

/* Whether pid is in this cgroup or below it, in the hierarchy by which systemd tracks processes. NULL: in
 * our own. */
bool cgroup_is_ours(pid_t pid, const char *unit_path);
