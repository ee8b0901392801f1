/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A container's output as lines, from the engine's attach stream or from its stored log. */

#include <stdbool.h>

#include "codec/engine/stream-frame.h"
#include "codec/journal/line-buffer.h"
#include "engine/engine.h"

typedef struct LogStream LogStream;

typedef struct LogStreamOps {
        /* The engine has attached us: nothing printed from now on is missed. */
        void (*on_open)(void *userdata);
        /* stream: STREAM_STDOUT or STREAM_STDERR. stamp: of a stored line, when the engine got it.
         * Returns 1: taken. 0: there is no room, hold the stream back and offer this line again at
         * log_stream_resume(). */
        int (*on_line)(int stream, const Line *line, uint64_t stamp_nsec, void *userdata);
        /* Nothing is left to be read, for the moment. May be NULL. */
        void (*on_calm)(void *userdata);
        /* Once, and last: all lines were delivered, also what had no newline (LINE_EOF). r: 0 at the end
         * of the stream, -errno.
         * */
        void (*on_eof)(int r, const char *message, void *userdata);
} LogStreamOps;

typedef enum LogStreamFlags {
        /* The container has a terminal, so that there is one unframed stream of CR LF lines. */
        LOG_STREAM_TTY = 1U << 0,
        LOG_STREAM_NO_STDOUT = 1U << 1,
        LOG_STREAM_NO_STDERR = 1U << 2,
        LOG_STREAM_STORED = 1U << 3, /* the stored log, else the attach stream */
        LOG_STREAM_FOLLOW = 1U << 4, /* … up to the end of the container, else what there is now */
} LogStreamFlags;

typedef struct LogStreamTarget {
        const char *id;
        unsigned flags;
        uint64_t since_nsec; /* of the stored log: what is stamped then or later */
} LogStreamTarget;

int log_stream_new(LogStream **ret, sd_event *event, Engine *engine, const LogStreamTarget *target,
                   const LogStreamOps *ops, void *userdata);
LogStream *log_stream_free(LogStream *l);
DEFINE_TRIVIAL_CLEANUP_FUNC(LogStream *, log_stream_free)

void log_stream_resume(LogStream *l);

/* Whether a line waits for room. */
bool log_stream_is_held(const LogStream *l);

/* At the end: the engine's HTTP status, 0 where none came. 501 for a stored log: the container's log
 * driver can't be read. */
int log_stream_status(const LogStream *l);

/* The stamp of a stored line that has begun; 0: there is none. */
uint64_t log_stream_pending_stamp(const LogStream *l, int stream);
