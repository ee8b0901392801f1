/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* systemd announces a reload on the bus. But who listens there gets the changes of all units, and with many
 * services that costs systemd much more than the reload. Instead we watch the folder for the units of
 * generators, systemd.generator(7): each reload removes and creates it before the generators run. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "loop/event-util.h"
#include "reload-watch.h"
#include "util/macro.h"

struct ReloadWatch {
        sd_event_source *source;
        const ReloadWatchOps *ops;
        void *userdata;
};

static int reload_watch_on_inotify(sd_event_source *source, const struct inotify_event *e, void *userdata)
{
        ReloadWatch *w = ASSERT_PTR(userdata);

        if (e->mask & IN_IGNORED)
                return sd_event_source_set_enabled(w->source, SD_EVENT_OFF);
        if (e->len > 0 && strcmp(e->name, "generator") == 0)
                w->ops->on_reload(w->userdata);
        return 0;
}

ReloadWatch *reload_watch_free(ReloadWatch *w)
{
        if (!w)
                return NULL;
        sd_event_source_disable_unref(w->source);
        free(w);
        return NULL;
}

int reload_watch_new(ReloadWatch **ret, sd_event *event, const char *run, const ReloadWatchOps *ops,
                     void *userdata)
{
        static const EventTraits traits = { "daemon-reload", EVENT_PRIORITY_BUS, EVENT_FAILURE_DISABLE };
        _cleanup_(reload_watch_freep) ReloadWatch *w = NULL;
        _cleanup_free_ char *path = NULL;
        int r;

        w = calloc(1, sizeof(*w));
        if (!w || asprintf(&path, "%s/systemd", run) < 0)
                return -ENOMEM;
        w->ops = ops;
        w->userdata = userdata;
        r = event_add_inotify(event, &w->source, path, IN_CREATE | IN_ONLYDIR, reload_watch_on_inotify, w,
                              &traits);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(w);
        return 0;
}
