/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Lines out of a stream of bytes in pieces of any size, with a maximum. Any byte but '\n' belongs to a line.
 */

#include <stdbool.h>
#include <stddef.h>

typedef enum LineBreak {
        LINE_NEWLINE,  /* whole, or the last part of a cut one */
        LINE_MAX_SIZE, /* cut at the maximum: its next part follows */
        LINE_EOF,      /* the last one, without its newline */
        _LINE_BREAK_MAX,
} LineBreak;

const char *line_break_to_string(LineBreak b);
int line_break_from_string(const char *s);

typedef struct Line {
        const char *data; /* without the newline; may be empty */
        size_t size;
        LineBreak why;
} Line;

typedef struct LineBuffer {
        char *data;
        size_t size; /* bytes held */
        size_t allocated;
        size_t handed_out; /* bytes of them that went out with the last call */
        size_t max;
} LineBuffer;

/* max: bytes a line may have, > 0. A longer one is cut there, or up to three bytes before where a UTF-8
 * sequence would be torn. A line of exactly max bytes is not cut. */
void line_buffer_init(LineBuffer *b, size_t max);
void line_buffer_done(LineBuffer *b);

/* 1: a line; it points into data where it lies wholly there, else into the buffer, and is valid until the
 * next call or as long as data; feed again from data + *ret_consumed. 0: everything consumed and kept.
 * -ENOMEM: nothing consumed. */
int line_buffer_feed(LineBuffer *b, const void *data, size_t size, size_t *ret_consumed, Line *ret);

/* At the end of the stream. 1: a last line without newline, valid until the next call. 0: there is none. */
int line_buffer_flush(LineBuffer *b, Line *ret);

/* Bytes kept of a line that has not ended yet. */
size_t line_buffer_pending(const LineBuffer *b);

/* A terminal ends its lines with CR LF: takes the CR off. */
static inline void line_strip_cr(Line *line)
{
        if (line->why != LINE_MAX_SIZE && line->size > 0 && line->data[line->size - 1] == '\r')
                line->size--;
}
