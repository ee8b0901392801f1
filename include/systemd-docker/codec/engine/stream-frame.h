/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The engine's multiplexed output of a container (attach and logs without a TTY): frames with a header of 8
 * bytes and a payload. See "Stream format" of POST /containers/{id}/attach in the Engine API. */

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
        size_t header_size; /* received bytes of the next header */
        uint32_t left;      /* bytes of the current payload that are still to come */
        bool begins;        /* nothing of this payload was returned yet */
        int stream;
        bool broken;
} StreamFrame;

#define STREAM_FRAME_NULL ((StreamFrame){ .header_size = 0 })

/* A piece of the payload of one frame, never empty. data points into the input. */
typedef struct StreamChunk {
        int stream; /* STREAM_* */
        const char *data;
        size_t size;
        bool begins; /* the first piece of its frame */
} StreamChunk;

/* 1: a chunk; call again with data + *ret_consumed. 0: everything was consumed, without a chunk. -EBADMSG:
 * not such a stream; all later calls also return this. */
int stream_frame_feed(StreamFrame *f, const void *data, size_t size, size_t *ret_consumed,
                      StreamChunk *ret_chunk);

/* Gives the last n bytes of the last chunk back, for a consumer that has no room for them. The next call
 * must begin with these bytes. */
static inline void stream_frame_unfeed(StreamFrame *f, size_t n)
{
        assert(f->header_size == 0);
        f->left += (uint32_t) n;
}

/* Whether the stream can end here, that is, between two frames. */
bool stream_frame_is_complete(const StreamFrame *f);

/* "stdin", "stdout", "stderr", "systemerr"; NULL out of range. */
const char *stream_to_string(int stream);
