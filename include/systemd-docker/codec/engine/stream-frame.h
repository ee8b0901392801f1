/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The engine's multiplex of a container's output (attach and logs without a TTY): frames of an 8-byte header
 * and a payload. Engine API, "Stream format" of POST /containers/{id}/attach. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

#define STREAM_FRAME_HEADER_SIZE 8

enum {
        STREAM_STDIN,
        STREAM_STDOUT,
        STREAM_STDERR,
        STREAM_SYSTEMERR, /* an error of the engine itself, as text */
        _STREAM_MAX,
};

typedef struct StreamFrame {
        uint8_t header[STREAM_FRAME_HEADER_SIZE];
        size_t header_size; /* of the next frame, so far */
        uint32_t left;      /* of the current frame's payload */
        bool begins;        /* … of which nothing was handed out */
        int stream;
        bool broken;
} StreamFrame;

#define STREAM_FRAME_NULL ((StreamFrame){ .header_size = 0 })

/* A piece of one frame's payload, never empty; data points into what was fed. */
typedef struct StreamChunk {
        int stream; /* STREAM_* */
        const char *data;
        size_t size;
        bool begins; /* the first of its frame */
} StreamChunk;

/* 1: a chunk, feed again from data + *ret_consumed. 0: everything consumed, no chunk. -EBADMSG: this is no
 * such stream, now and for good. */
int stream_frame_feed(StreamFrame *f, const void *data, size_t size, size_t *ret_consumed,
                      StreamChunk *ret_chunk);

/* Gives back the last n bytes of the chunk that was just handed out, for a consumer that has no room for
 * them: they are expected to be fed again, first thing. */
static inline void stream_frame_unfeed(StreamFrame *f, size_t n)
{
        assert(f->header_size == 0);
        f->left += (uint32_t) n;
}

/* Whether the stream may end here: between two frames. */
bool stream_frame_is_complete(const StreamFrame *f);

/* "stdin", "stdout", "stderr", "systemerr"; NULL out of range. */
const char *stream_to_string(int stream);
