/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* `systemctl daemon-reload`: systemd reads the units again, and what it has told of ours may be old. */

#include <systemd/sd-event.h>

#include "util/cleanup.h"

typedef struct ReloadWatch ReloadWatch;

typedef struct ReloadWatchOps {
        /* systemd has begun to read the units. What it is asked now, it answers when it has read them. */
        void (*on_reload)(void *userdata);
} ReloadWatchOps;

/* run: the runtime folder of the service manager, /run or a user's $XDG_RUNTIME_DIR. ops is borrowed. 0 or
 * -errno. */
int reload_watch_new(ReloadWatch **ret, sd_event *event, const char *run, const ReloadWatchOps *ops,
                     void *userdata);
/* Accepts NULL. */
ReloadWatch *reload_watch_free(ReloadWatch *w);
DEFINE_TRIVIAL_CLEANUP_FUNC(ReloadWatch *, reload_watch_free)
