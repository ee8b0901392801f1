/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The kernel reports IN_MODIFY for these files when one of their values changes (Control Group v2, "Core
 * Interface Files" and "Memory Interface Files"). */

#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>

#include "cgroup-watch.h"
#include "loop/event-util.h"
#include "util/macro.h"

struct CgroupWatch {
        sd_event_source *source;
        const CgroupWatchOps *ops;
        void *userdata;
};

static int cgroup_watch_on_inotify(sd_event_source *source, const struct inotify_event *e, void *userdata)
{
        CgroupWatch *w = ASSERT_PTR(userdata);

        if (e->mask & IN_IGNORED)
                return sd_event_source_set_enabled(w->source, SD_EVENT_OFF);
        w->ops->on_change(w->userdata);
        return 0;
}

CgroupWatch *cgroup_watch_free(CgroupWatch *w)
{
        if (!w)
                return NULL;
        sd_event_source_disable_unref(w->source);
        free(w);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(CgroupWatch *, cgroup_watch_free)

int cgroup_watch_new(CgroupWatch **ret, sd_event *event, const char *folder, const char *file,
                     const CgroupWatchOps *ops, void *userdata)
{
        static const EventTraits traits = { "cgroup-events", EVENT_PRIORITY_CGROUP, EVENT_FAILURE_DISABLE };
        _cleanup_(cgroup_watch_freep) CgroupWatch *w = NULL;
        _cleanup_free_ char *path = NULL;
        int r;

        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        w->ops = ops;
        w->userdata = userdata;
        if (asprintf(&path, "%s/%s", folder, file) < 0)
                return -ENOMEM;
        r = event_add_inotify(event, &w->source, path, IN_MODIFY, cgroup_watch_on_inotify, w, &traits);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(w);
        return 0;
}
