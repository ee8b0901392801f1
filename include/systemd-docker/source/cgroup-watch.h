/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Changes of one v2 cgroup's population, by inotify on its cgroup.events. */

#include <systemd/sd-event.h>

typedef struct CgroupWatch CgroupWatch;

typedef struct CgroupWatchOps {
        /* Somebody came or the last one left: read again, don't trust the number of calls. */
        void (*on_change)(void *userdata);
} CgroupWatchOps;

/* -ENOENT: there is no such cgroup (any more). The watch ends by itself with the cgroup. */
int cgroup_watch_new(CgroupWatch **ret, sd_event *event, const char *folder, const CgroupWatchOps *ops,
                     void *userdata);
CgroupWatch *cgroup_watch_free(CgroupWatch *w);
