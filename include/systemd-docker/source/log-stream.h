/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A container's output as lines, from the engine's attach stream. */

#include <stdbool.h>

#include "codec/line-buffer.h"
#include "codec/stream-frame.h"
#include "source/engine.h"

typedef struct LogStream LogStream;

typedef struct LogStreamOps {
        /* The engine has attached us: nothing printed from now on is missed. */
        void (*on_open)(void *userdata);
        /* stream: STREAM_STDOUT or STREAM_STDERR. Returns 1: taken. 0: there is no room, hold the stream back and
         * offer this line again at log_stream_resume(). */
        int (*on_line)(int stream, const Line *line, void *userdata);
        /* Once, and last: all lines were delivered. r: 0 at the end of the stream, -errno. */
        void (*on_eof)(int r, const char *message, void *userdata);
} LogStreamOps;

typedef enum LogStreamFlags {
        /* The container has a terminal, so that there is one unframed stream of CR LF lines. */
        LOG_STREAM_TTY = 1U << 0,
        LOG_STREAM_NO_STDOUT = 1U << 1,
        LOG_STREAM_NO_STDERR = 1U << 2,
} LogStreamFlags;

int log_stream_new(LogStream **ret, Engine *engine, const char *id, unsigned flags, const LogStreamOps *ops,
                   void *userdata);
LogStream *log_stream_free(LogStream *l);
DEFINE_TRIVIAL_CLEANUP_FUNC(LogStream *, log_stream_free)

void log_stream_resume(LogStream *l);

/* Whether a line waits for room. */
bool log_stream_is_held(const LogStream *l);
