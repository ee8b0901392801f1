/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Watches a file of events of a v2 cgroup: cgroup.events, which says whether the cgroup is populated, or
 * memory.events, which counts what a shortage of memory has led to. */

#include <systemd/sd-event.h>

typedef struct CgroupWatch CgroupWatch;

typedef struct CgroupWatchOps {
        /* The file may have changed: read it again. Several changes can become one call. May free the watch.
         */
        void (*on_change)(void *userdata);
} CgroupWatchOps;

/* folder: of the cgroup; file: its file. -ENOENT: the cgroup does not exist, or does not have the controller
 * of this file; -ENOMEM; or another -errno. When the cgroup is removed, the watch becomes silent. */
int cgroup_watch_new(CgroupWatch **ret, sd_event *event, const char *folder, const char *file,
                     const CgroupWatchOps *ops, void *userdata);
CgroupWatch *cgroup_watch_free(CgroupWatch *w);
