/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The cgroups of a process and their mounts, parsed from the kernel's text files: /proc/PID/cgroup
 * (cgroups(7)), /proc/PID/mountinfo (proc_pid_mountinfo(5)), cgroup.events, memory.events and cgroup.procs
 * (the kernel's document cgroup-v2). All texts end with a NUL. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The line of one hierarchy in /proc/PID/cgroup. */
typedef struct CgroupPath {
        char *controllers; /* as the kernel writes them: "cpu,cpuacct", "name=systemd"; "" for v2 */
        char *path;        /* begins with '/' */
} CgroupPath;

typedef struct CgroupPaths {
        CgroupPath *items;
        size_t n_items;
} CgroupPaths;

#define CGROUP_PATHS_NULL ((CgroupPaths){ .items = NULL })

/* Free *ret with cgroup_paths_done(). -EBADMSG: not such a file; -ENOMEM. */
int cgroup_paths_parse(const char *text, CgroupPaths *ret);
void cgroup_paths_done(CgroupPaths *p);

/* The hierarchy that has the controller ("cpu", "name=systemd"); "" finds the one of v2. The result belongs
 * to p. NULL: there is none. */
const CgroupPath *cgroup_paths_find(const CgroupPaths *p, const char *controller);

typedef struct CgroupMount {
        bool v2;
        char *controllers; /* v1: the options of the super block, in any order and among others */
        char *root;        /* the folder of the hierarchy that is mounted; "/" for the whole hierarchy */
        char *mount_point;
} CgroupMount;

typedef struct CgroupMounts {
        CgroupMount *items;
        size_t n_items;
} CgroupMounts;

#define CGROUP_MOUNTS_NULL ((CgroupMounts){ .items = NULL })

/* The mounts of cgroup and cgroup2. Other lines, including malformed ones, are skipped. Free *ret with
 * cgroup_mounts_done(). -ENOMEM. */
int cgroup_mounts_parse(const char *text, CgroupMounts *ret);
void cgroup_mounts_done(CgroupMounts *m);

/* The folder of a cgroup in one hierarchy; *ret belongs to the caller. The controllers of `cgroup` and of a
 * mount are compared as sets, never by the name of a folder. -ENOENT: the hierarchy, or this part of it, is
 * not mounted; -ENOMEM. */
int cgroup_mounts_resolve(const CgroupMounts *m, const CgroupPath *cgroup, char **ret);

/* Whether path is ancestor itself or below it. Compares components: "/a/b" is below "/a", "/ab" is not. A
 * path with ".." is not below anything. */
bool cgroup_path_is_below(const char *path, const char *ancestor);

typedef struct CgroupEvents {
        bool populated;
        bool frozen;
} CgroupEvents;

/* text: the content of cgroup.events. -EBADMSG: it does not say whether the cgroup is populated. */
int cgroup_events_parse(const char *text, CgroupEvents *ret);

/* text: the content of memory.events. *ret: how many processes the OOM killer has killed in the cgroup and
 * below it. -EBADMSG: it does not say. */
int cgroup_oom_kills_parse(const char *text, uint64_t *ret);

/* text: the content of cgroup.procs. *ret: its pids, an array that belongs to the caller. 0, which stands
 * for a process in another pid namespace, is left out. -EBADMSG: not such a file; -ENOMEM. */
int cgroup_procs_parse(const char *text, pid_t **ret, size_t *ret_n);
