/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The way back from the followed stored log to the attach stream, which is opened beside it. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "engine/log-stream.h"
#include "torn-lines.h"
#include "util/cleanup.h"

typedef struct WayBack WayBack;

typedef enum WayBackNews {
        /* The attached stream can take the place of the followed one: way_back_take(). It is told again
           until then. */
        WAY_BACK_AGREES, /* both have the same lines */
        WAY_BACK_BEHIND, /* the stored log stands still; what it lost is held here */
        /* The line that was refused by way_back_catch_up() is to be offered again. */
        WAY_BACK_CALM,
        /* The attached stream has ended with the container. The WayBack must not be freed for it. */
        WAY_BACK_ENDED,
        _WAY_BACK_NEWS_MAX,
} WayBackNews;

typedef void (*WayBackReport)(WayBackNews news, void *userdata);

/* Attaches; the engine may only answer when the container is started. target: without LOG_STREAM_STORED and
 * _RAW_…; it is read in here only. -errno. */
int way_back_new(WayBack **ret, sd_event *event, Engine *engine, const LogStreamTarget *target,
                 WayBackReport report, void *userdata);
/* The same once more, if the attach stream has ended, with its engine or with a life of the container. What
 * is held stays. */
int way_back_reattach(WayBack *w, Engine *engine, const LogStreamTarget *target);
WayBack *way_back_free(WayBack *w);
DEFINE_TRIVIAL_CLEANUP_FUNC(WayBack *, way_back_free)

/* The attach stream broke: nothing can be compared any more. */
bool way_back_is_useless(const WayBack *w);
/* Both streams had the same line at least once: what the one has afterwards, the other has, too. */
bool way_back_has_met(const WayBack *w);
/* The attach stream was not taken, and has not ended, although the container has. One that had nothing may
 * be attached to what comes after a next start, and does not count. */
bool way_back_has_more(const WayBack *w);

/* Stamps do not tell what is older: the two cannot be compared. To be called from anywhere. */
void way_back_give_up(WayBack *w);

/* A reading of the stored log begins; it has a line, a known one or not. */
void way_back_note_reading(WayBack *w);
void way_back_note_line(WayBack *w);
/* There may be room again for a line of the attach stream. Not to be called from ops of a LogStream. */
void way_back_resume(WayBack *w);

/* This line of the stored log was delivered before: its stamp is older than that of the last one, or it
 * is the last one. */
bool way_back_is_repeated(const WayBack *w, int stream, const Line *line, uint64_t stamp_nsec);

/* A line of the stored log is about to be delivered, and afterwards it was. The first passes on the lines
 * that the stored log has lost before this one, with a stamp before its own. has_lost: it is known to have
 * lost lines. 0: there was no room for them, or they may be about to come: WAY_BACK_CALM follows. */
int way_back_catch_up(WayBack *w, int stream, const Line *line, uint64_t stamp_nsec, bool has_lost,
                      TakeLine next, void *userdata);
void way_back_delivered(WayBack *w, int stream, const Line *line, uint64_t stamp_nsec);

/* CLOCK_REALTIME: the attached stream has what the container wrote since then. */
uint64_t way_back_since(const WayBack *w);
/* The attached stream. From now on it reports to these ops, and belongs to the caller. What is held comes
 * first: way_back_flush(). */
LogStream *way_back_take(WayBack *w, const LogStreamOps *ops, void *userdata);
bool way_back_is_taken(const WayBack *w);
/* Passes on what is held; stamped: with the times of receipt. False: there was no room for all of it. */
bool way_back_flush(WayBack *w, bool stamped, TakeLine next, void *userdata);
