/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Splits a stream of bytes into lines of limited length. The stream arrives in pieces of any size. Every
 * byte except '\n' can be a part of a line. */

#include <stdbool.h>
#include <stddef.h>

typedef enum LineBreak {
        LINE_NEWLINE,  /* a complete line, or the last part of a cut one */
        LINE_MAX_SIZE, /* cut at the maximum: another part follows */
        LINE_EOF,      /* the last line of the stream, without a newline */
        LINE_RAW, /* no line, but bytes as they came, which may contain newlines: never of a LineBuffer */
        _LINE_BREAK_MAX,
} LineBreak;

const char *line_break_to_string(LineBreak b);
int line_break_from_string(const char *s);

typedef struct Line {
        const char *data; /* without the newline; can be empty */
        size_t size;
        LineBreak why;
} Line;

typedef struct LineBuffer {
        char *data;
        size_t size; /* bytes in the buffer */
        size_t allocated;
        size_t handed_out; /* how many of these the last call returned */
        size_t max;
} LineBuffer;

/* max: the largest size of a line in bytes, > 0. A longer line is cut there, or up to three bytes earlier if
 * the cut would tear a UTF-8 sequence. A line of exactly max bytes is not cut. */
void line_buffer_init(LineBuffer *b, size_t max);
void line_buffer_done(LineBuffer *b);

/* 1: a line; call again with data + *ret_consumed. The line points into data if all of it is there, and
 * otherwise into the buffer: it is valid until data is freed or the next call is made. 0: everything was
 * consumed and kept. -ENOMEM: nothing was consumed. */
int line_buffer_feed(LineBuffer *b, const void *data, size_t size, size_t *ret_consumed, Line *ret);

/* For the end of the stream. 1: a last line without a newline, valid until the next call. 0: there is none.
 */
int line_buffer_flush(LineBuffer *b, Line *ret);

/* The number of bytes of an incomplete line in the buffer. */
size_t line_buffer_pending(const LineBuffer *b);

/* Removes the CR at the end of a line: a terminal ends its lines with CR LF. */
static inline void line_strip_cr(Line *line)
{
        if (line->why != LINE_MAX_SIZE && line->size > 0 && line->data[line->size - 1] == '\r')
                line->size--;
}
