/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Changes of one of a v2 cgroup's files of events, by inotify: cgroup.events, whether it is populated;
 * memory.events, what its want of memory has led to. */

#include <systemd/sd-event.h>

typedef struct CgroupWatch CgroupWatch;

typedef struct CgroupWatchOps {
        /* Read it again, don't trust the number of calls. */
        void (*on_change)(void *userdata);
} CgroupWatchOps;

/* -ENOENT: there is no such cgroup (any more), or it lacks that controller. The watch ends with the cgroup.
 */
int cgroup_watch_new(CgroupWatch **ret, sd_event *event, const char *folder, const char *file,
                     const CgroupWatchOps *ops, void *userdata);
CgroupWatch *cgroup_watch_free(CgroupWatch *w);
