/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The container's output as lines, from the engine's attach stream or from its stored log. */

#include <stdbool.h>

#include "codec/engine/stream-frame.h"
#include "codec/journal/line-buffer.h"
#include "engine/engine.h"

typedef struct LogStream LogStream;

typedef struct LogStreamOps {
        /* The engine has attached us: what the container writes from now on is not missed. May be
         * NULL. */
        void (*on_open)(void *userdata);
        /* stream: STREAM_STDOUT or STREAM_STDERR. stamp_nsec: the time at which the engine got a stored
         * line, in nanoseconds since 1970; otherwise 0. Returns 1 if the line was taken. 0: there is no
         * room; the stream is held back, and the same line is offered again by log_stream_resume(). */
        int (*on_line)(int stream, const Line *line, uint64_t stamp_nsec, void *userdata);
        /* Nothing is left to be read at the moment. May be NULL. */
        void (*on_calm)(void *userdata);
        /* Once, and last: all lines were delivered, also one without a newline (LINE_EOF). The stream may be
         * freed in it. r: 0 at the end of the stream, or -errno with a message of one line. */
        void (*on_eof)(int r, const char *message, void *userdata);
} LogStreamOps;

typedef enum LogStreamFlags {
        /* The container has a terminal: its output is one stream of lines that end in CR LF, not framed. */
        LOG_STREAM_TTY = 1U << 0,
        LOG_STREAM_NO_STDOUT = 1U << 1,
        LOG_STREAM_NO_STDERR = 1U << 2,
        LOG_STREAM_STORED = 1U << 3, /* the stored log; otherwise the attach stream */
        LOG_STREAM_FOLLOW = 1U << 4, /* … until the container ends; otherwise what is stored now */
        /* Bytes (LINE_RAW) instead of lines, as soon as they come and as they come: nothing is added,
         * removed or kept. Of the stored log, each piece belongs to one line. */
        LOG_STREAM_RAW_STDOUT = 1U << 5,
        LOG_STREAM_RAW_STDERR = 1U << 6,
} LogStreamFlags;

typedef struct LogStreamTarget {
        const char *id;
        unsigned flags;
        uint64_t since_nsec; /* of the stored log: lines with this stamp or a later one; 0: all */
} LogStreamTarget;

/* engine and ops are borrowed; target is read in here only. No op is called from in here. -ENOMEM, -EIO. */
int log_stream_new(LogStream **ret, sd_event *event, Engine *engine, const LogStreamTarget *target,
                   const LogStreamOps *ops, void *userdata);
LogStream *log_stream_free(LogStream *l);
DEFINE_TRIVIAL_CLEANUP_FUNC(LogStream *, log_stream_free)

/* From now on the stream reports to these ops; both have on_calm, or neither. Not to be called from its own
 * ops. */
void log_stream_set_ops(LogStream *l, const LogStreamOps *ops, void *userdata);

/* Offers the line that was refused again; if it is taken, the stream continues. Lines and the end may be
 * reported from in here. Does nothing if no line was refused. */
void log_stream_resume(LogStream *l);

/* Whether a line was refused and not taken since. */
bool log_stream_is_held(const LogStream *l);

/* In on_eof: the HTTP status of the engine; 0: no answer came. 501 for a stored log: the container's log
 * driver cannot be read. */
int log_stream_status(const LogStream *l);

/* The stamp of a stored line of which only the beginning has arrived; 0: there is none. */
uint64_t log_stream_pending_stamp(const LogStream *l, int stream);
