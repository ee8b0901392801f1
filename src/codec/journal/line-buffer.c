/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Lines from pieces.
 *
 * A line that is completely in one piece is returned from there; only the rest of a piece is kept. Each byte
 * is searched for a newline once and copied at most once (and by realloc(), which doubles the size), so a
 * line of many megabytes needs linear time. A cut leaves at most three bytes in the buffer, those of a torn
 * UTF-8 sequence. */

#include <stdlib.h>
#include <string.h>

#include "codec/journal/line-buffer.h"
#include "util/macro.h"
#include "util/string-table.h"
#include "util/text.h"

/* The memory that an idle stream keeps. The memory of a longer line is freed. */
#define KEEP_SIZE ((size_t) 16 * 1024)
#define FIRST_SIZE ((size_t) 256)

static const char line_break_table[_LINE_BREAK_MAX][16] = {
        [LINE_NEWLINE] = "newline",
        [LINE_MAX_SIZE] = "max-size",
        [LINE_EOF] = "eof",
        [LINE_RAW] = "raw",
};
DEFINE_STRING_TABLE(line_break, LineBreak)

void line_buffer_init(LineBuffer *b, size_t max)
{
        assert(b);
        assert(max > 0);
        *b = (LineBuffer){ .max = max };
}

void line_buffer_done(LineBuffer *b)
{
        assert(b);
        free(b->data);
        *b = (LineBuffer){ .max = b->max };
}

size_t line_buffer_pending(const LineBuffer *b)
{
        assert(b);
        return b->size - b->handed_out;
}

static void drop_handed_out(LineBuffer *b)
{
        if (b->handed_out == 0)
                return;
        b->size -= b->handed_out;
        memmove(b->data, b->data + b->handed_out, b->size);
        b->handed_out = 0;
        if (b->size == 0 && b->allocated > KEEP_SIZE) {
                free(b->data);
                b->data = NULL;
                b->allocated = 0;
        }
}

static int append(LineBuffer *b, const char *data, size_t size)
{
        assert(size <= b->max - b->size);
        if (size == 0)
                return 0;
        if (b->size + size > b->allocated) {
                size_t allocated = MAX(b->allocated, FIRST_SIZE);
                char *bigger;

                while (allocated < b->size + size)
                        allocated = allocated > b->max / 2 ? b->max : allocated * 2;
                bigger = realloc(b->data, allocated);
                if (!bigger)
                        return -ENOMEM;
                b->data = bigger;
                b->allocated = allocated;
        }
        memcpy(b->data + b->size, data, size);
        b->size += size;
        return 0;
}

/* Returns the content of the buffer together with the first n bytes of data. */
static int hand_out(LineBuffer *b, const char *data, size_t n, LineBreak why, Line *ret)
{
        int r;

        if (b->size == 0) {
                *ret = (Line){ .data = data, .size = n, .why = why };
                return 1;
        }
        r = append(b, data, n);
        if (r < 0)
                return r;
        b->handed_out = b->size;
        *ret = (Line){ .data = b->data, .size = b->size, .why = why };
        return 1;
}

/* More than max bytes without a newline: the content of the buffer and the first bytes of data become one
 * part. */
static int cut(LineBuffer *b, const char *data, size_t *ret_consumed, Line *ret)
{
        size_t held = b->size, keep;
        int r;

        r = hand_out(b, data, b->max - held, LINE_MAX_SIZE, ret);
        if (r < 0)
                return r;
        keep = utf8_incomplete_tail(ret->data, ret->size);
        if (keep == ret->size)
                keep = 0;
        ret->size -= keep;
        if (held > 0)
                b->handed_out -= keep;
        *ret_consumed = b->max - held - (held > 0 ? 0 : keep);
        return 1;
}

int line_buffer_feed(LineBuffer *b, const void *data, size_t size, size_t *ret_consumed, Line *ret)
{
        const char *newline;
        size_t room, n;
        int r;

        assert(b);
        assert(b->max > 0);
        assert(data || size == 0);
        assert(ret_consumed);
        assert(ret);

        drop_handed_out(b);
        room = b->max - b->size;
        /* One byte more than the maximum, because a newline right after the maximum still ends a complete
         * line. */
        newline = size > 0 ? memchr(data, '\n', size > room ? room + 1 : size) : NULL;
        if (newline) {
                n = (size_t) (newline - (const char *) data);
                r = hand_out(b, data, n, LINE_NEWLINE, ret);
                if (r < 0)
                        return r;
                *ret_consumed = n + 1;
                return 1;
        }
        if (size > room)
                return cut(b, data, ret_consumed, ret);
        r = append(b, data, size);
        if (r < 0)
                return r;
        *ret_consumed = size;
        return 0;
}

int line_buffer_flush(LineBuffer *b, Line *ret)
{
        assert(b);
        assert(ret);

        drop_handed_out(b);
        if (b->size == 0)
                return 0;
        return hand_out(b, NULL, 0, LINE_EOF, ret);
}
