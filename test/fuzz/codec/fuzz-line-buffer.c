/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The first byte is the maximum, the second the size of the pieces. Pieces must give the same lines as the
 * whole text, and nothing may be lost or added. */

#include "codec/journal/line-buffer.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"

typedef struct Lines {
        uint8_t *data; /* the size of each line, its reason, and its bytes */
        size_t size;
} Lines;

static void put_line(Lines *lines, const Line *l, size_t max)
{
        CHECK(l->size <= max);
        CHECK(l->why != LINE_EOF || l->size > 0);
        CHECK(l->why != LINE_MAX_SIZE || (l->size > 0 && l->size + 3 >= max));
        CHECK(l->size == 0 || !memchr(l->data, '\n', l->size));
        lines->data[lines->size++] = (uint8_t) l->size;
        lines->data[lines->size++] = (uint8_t) l->why;
        if (l->size > 0)
                memcpy(lines->data + lines->size, l->data, l->size);
        lines->size += l->size;
}

/* Returns the number of input bytes that the lines stand for. */
static size_t split(const uint8_t *data, size_t size, size_t max, size_t piece, Lines *lines)
{
        LineBuffer b;
        size_t fed = 0, bytes = 0;
        Line l;

        line_buffer_init(&b, max);
        while (fed < size) {
                size_t n = MIN(piece, size - fed), consumed = SIZE_MAX;
                int r = line_buffer_feed(&b, data + fed, n, &consumed, &l);

                CHECK(r >= 0 && consumed <= n && (r == 1 || consumed == n));
                if (r == 1) {
                        put_line(lines, &l, max);
                        bytes += l.size + (l.why == LINE_NEWLINE);
                }
                fed += consumed;
                CHECK(bytes + line_buffer_pending(&b) == fed);
        }
        while (line_buffer_flush(&b, &l) > 0) {
                put_line(lines, &l, max);
                bytes += l.size;
        }
        line_buffer_done(&b);
        return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ uint8_t *memory = NULL;
        Lines a = {}, b = {};

        if (size < 2)
                return 0;
        memory = malloc(8 * size);
        CHECK(memory);
        a.data = memory;
        b.data = memory + 4 * size;
        CHECK(split(data + 2, size - 2, (size_t) data[0] + 1, SIZE_MAX, &a) == size - 2);
        CHECK(split(data + 2, size - 2, (size_t) data[0] + 1, (size_t) data[1] + 1, &b) == size - 2);
        CHECK(a.size == b.size && memcmp(a.data, b.data, a.size) == 0);
        return 0;
}
