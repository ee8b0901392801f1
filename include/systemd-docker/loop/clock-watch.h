/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Reports that somebody has set the machine's clock. */

#include <systemd/sd-event.h>

#include "util/cleanup.h"

typedef struct ClockWatch ClockWatch;

/* CLOCK_REALTIME was set, or the machine was resumed; by how much is not known. Reported before any data
 * that was written after it. */
typedef void (*ClockWatchOnSet)(void *userdata);

/* 0 or -errno. */
int clock_watch_new(ClockWatch **ret, sd_event *event, ClockWatchOnSet on_set, void *userdata);
ClockWatch *clock_watch_free(ClockWatch *w);
DEFINE_TRIVIAL_CLEANUP_FUNC(ClockWatch *, clock_watch_free)
