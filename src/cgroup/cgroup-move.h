/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Moves the processes of a container from the cgroups that the engine created into our own cgroups, which
 * are those of the unit. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/cleanup.h"

typedef struct CgroupMove CgroupMove;

/* Whether the processes are to be moved in this hierarchy: "" for cgroup v2, otherwise a controller of v1 or
 * "name=systemd". */
typedef bool (*CgroupWanted)(const char *controller, void *userdata);

/* Finds the cgroup of pid and our own in each hierarchy that is mounted and wanted; moves nothing. A cgroup
 * without the container's id in its path is left out, because its processes may belong to somebody else. A
 * cgroup below unit_path (NULL: none) is left out, because it was created inside the unit. wanted is called
 * during this call only. -ESRCH: the process has ended; -ENOENT: it cannot be seen, or no cgroup hierarchy
 * is mounted; -ENOMEM. */
int cgroup_move_new(CgroupMove **ret, pid_t pid, const char *container_id, const char *unit_path,
                    CgroupWanted wanted, void *userdata);
CgroupMove *cgroup_move_free(CgroupMove *m);
DEFINE_TRIVIAL_CLEANUP_FUNC(CgroupMove *, cgroup_move_free)

/* The number of hierarchies in which processes are moved. 0: pid is in our cgroups in all of them. */
size_t cgroup_move_count(const CgroupMove *m);

/* Moves the processes that are in the container's cgroups, also those that are forked meanwhile, unless that
 * happens too fast: see cgroup_move_has_left(). Cgroups below them are left alone. It can be called again at
 * any time. Returns the number of moved processes (0 if there was none), or the last -errno if a process
 * could not be moved; the others still were. */
int cgroup_move_sweep(CgroupMove *m);
/* Whether processes are in the container's cgroups themselves. */
bool cgroup_move_has_left(const CgroupMove *m);
/* Whether the container has created cgroups below its own. */
bool cgroup_move_has_inner(const CgroupMove *m);

/* Freezes the container's cgroup of v2, or thaws it. It is frozen later: cgroup.events reports that, and
 * cgroup_move_is_frozen() tells. A process that is moved away thaws. 0; -EOPNOTSUPP: v2 is not among the
 * hierarchies; or another -errno. */
int cgroup_move_freeze(const CgroupMove *m, bool freeze);
bool cgroup_move_is_frozen(const CgroupMove *m);

/* Attaches the device filter of the container's cgroup of v2 to ours, where the processes are about to be
 * moved. With v1, the filter is a hierarchy. 0 or more: done, or nothing to do; -ESRCH: the container has
 * ended, and its cgroup with it; or another -errno. */
int cgroup_move_carry_filter(const CgroupMove *m);

/* Whether one of the hierarchies is of v1, which does not report processes that join. */
bool cgroup_move_is_blind(const CgroupMove *m);

/* The folder of the container's cgroup of v2, for a watch; NULL: v2 is not among the hierarchies. It belongs
 * to m. */
const char *cgroup_move_unified_source(const CgroupMove *m);

/* Whether pid is in a cgroup with the container's id in its path, or in our own. This proves that a pid from
 * an engine on this machine does not belong to another process by now. False: no process pid. */
bool cgroup_is_of_container(pid_t pid, const char *container_id);

/* The kernel's number for the cgroup of v2 of a process of the container. -ENOENT: that is none of the
 * container's, as with cgroup v1; or another -errno. */
int cgroup_member_id(pid_t pid, const char *container_id, uint64_t *ret);
/* Whether the cgroup with this number is our own, that of this member of the container, or below these. 1,
 * 0, or -errno. */
int cgroup_id_is_of_container(uint64_t id, pid_t member);

/* Whether pid is in a cgroup with the container's id in its path. This also proves that the pid is not one
 * of another machine, which may by chance be in our own cgroup here. */
bool cgroup_has_id(pid_t pid, const char *container_id);

/* The same for a process that is ending, whose cgroup may have been removed. cgroup v1 forgets the process
 * at once: true if the kernel no longer knows any cgroup of it. */
bool cgroup_was_of_container(pid_t pid, const char *container_id);

/* Whether pid is in the cgroup unit_path or below it, in the hierarchy with which systemd tracks processes.
 * NULL: in our own cgroup. False: no process pid. */
bool cgroup_is_ours(pid_t pid, const char *unit_path);
