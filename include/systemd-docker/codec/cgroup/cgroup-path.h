/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Which cgroups a process is in and where they are mounted: /proc/PID/cgroup (cgroups(7)),
 * /proc/PID/mountinfo (proc_pid_mountinfo(5)), cgroup.events, memory.events and cgroup.procs (the
 * kernel's cgroup-v2 document). All from text. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One hierarchy's line of /proc/PID/cgroup. */
typedef struct CgroupPath {
        char *controllers; /* as the kernel wrote it: "cpu,cpuacct", "name=systemd"; "" for v2 */
        char *path;        /* begins with '/' */
} CgroupPath;

typedef struct CgroupPaths {
        CgroupPath *items;
        size_t n_items;
} CgroupPaths;

#define CGROUP_PATHS_NULL ((CgroupPaths){ .items = NULL })

/* -EBADMSG: not such a file; -ENOMEM. */
int cgroup_paths_parse(const char *text, CgroupPaths *ret);
void cgroup_paths_done(CgroupPaths *p);

/* The hierarchy that has that controller ("cpu", "name=systemd"); "" finds v2's. NULL: none. */
const CgroupPath *cgroup_paths_find(const CgroupPaths *p, const char *controller);

typedef struct CgroupMount {
        bool v2;
        char *controllers; /* v1: the super block's options, in any order and with others between them */
        char *root;        /* which folder of the hierarchy is mounted; "/" for all of it */
        char *mount_point;
} CgroupMount;

typedef struct CgroupMounts {
        CgroupMount *items;
        size_t n_items;
} CgroupMounts;

#define CGROUP_MOUNTS_NULL ((CgroupMounts){ .items = NULL })

/* The mounts of cgroup and cgroup2; other lines, also malformed ones, are passed over. -ENOMEM. */
int cgroup_mounts_parse(const char *text, CgroupMounts *ret);
void cgroup_mounts_done(CgroupMounts *m);

/* The folder of one hierarchy's cgroup: the caller's. The controllers of `cgroup` are compared with a
 * mount's as sets, never by the name of a folder. -ENOENT: that hierarchy, or this part of it, is not
 * mounted; -ENOMEM. */
int cgroup_mounts_resolve(const CgroupMounts *m, const CgroupPath *cgroup, char **ret);

/* Whether path is ancestor or below it, by components: "/a/b" is below "/a", "/ab" is not. A path with ".."
 * is below nothing. */
bool cgroup_path_is_below(const char *path, const char *ancestor);

typedef struct CgroupEvents {
        bool populated;
        bool frozen;
} CgroupEvents;

/* Of the text of cgroup.events. -EBADMSG: it does not say whether the cgroup is populated. */
int cgroup_events_parse(const char *text, CgroupEvents *ret);

/* Of the text of memory.events: how many processes an OOM killer has killed there and below. -EBADMSG: it
 * does not say. */
int cgroup_oom_kills_parse(const char *text, uint64_t *ret);

/* The pids of cgroup.procs, the caller's. 0 stands for a process that we can't see (another pid namespace)
 * and is left out. -EBADMSG: not such a file; -ENOMEM. */
int cgroup_procs_parse(const char *text, pid_t **ret, size_t *ret_n);
