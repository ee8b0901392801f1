/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Text from outside that goes to the journal, a status line or a terminal.
 *
 * Valid UTF-8 is what the table of well-formed sequences in the Unicode standard lists (chapter 3, table
 * 3-7): no overlong forms, no surrogates, nothing above U+10FFFF. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"

static size_t sequence_length(uint8_t lead)
{
        if (lead < 0x80)
                return 1;
        if (lead < 0xc2)
                return 0;
        if (lead < 0xe0)
                return 2;
        if (lead < 0xf0)
                return 3;
        return lead < 0xf5 ? 4 : 0;
}

/* Whether the second byte can follow this lead byte. */
static bool second_is_valid(uint8_t lead, uint8_t second)
{
        uint8_t low = 0x80, high = 0xbf;

        if (lead == 0xe0)
                low = 0xa0;
        else if (lead == 0xed)
                high = 0x9f;
        else if (lead == 0xf0)
                low = 0x90;
        else if (lead == 0xf4)
                high = 0x8f;
        return second >= low && second <= high;
}

size_t utf8_sequence(const char *s, size_t size)
{
        const uint8_t *u = (const uint8_t *) s;
        size_t n;

        assert(s || size == 0);
        if (size == 0)
                return 0;
        n = sequence_length(u[0]);
        if (n == 0 || n > size)
                return 0;
        if (n > 1 && !second_is_valid(u[0], u[1]))
                return 0;
        for (size_t i = 2; i < n; i++)
                if ((u[i] & 0xc0) != 0x80)
                        return 0;
        return n;
}

bool utf8_is_valid(const char *s, size_t size)
{
        while (size > 0) {
                size_t n = utf8_sequence(s, size);

                if (n == 0)
                        return false;
                s += n;
                size -= n;
        }
        return true;
}

size_t utf8_incomplete_tail(const char *s, size_t size)
{
        assert(s || size == 0);
        for (size_t i = 1; i <= 3 && i <= size; i++) {
                uint8_t c = (uint8_t) s[size - i];

                if ((c & 0xc0) == 0x80)
                        continue;
                return sequence_length(c) > i ? i : 0;
        }
        return 0;
}

/* Characters that a terminal could interpret as a command: C0 and DEL, and C1, which has two bytes in UTF-8.
 */
static bool is_control(const char *s, size_t n)
{
        uint8_t c = (uint8_t) s[0];

        return c < ' ' || c == 0x7f || (n == 2 && c == 0xc2 && (uint8_t) s[1] < 0xa0);
}

char *text_one_line(const char *s, size_t size, size_t max)
{
        static const char ellipsis[] = "…";
        _cleanup_free_ char *line = NULL;
        bool blank = false;
        size_t n = 0;

        assert(s || size == 0);
        /* The line does not get longer than the text: a character keeps its size, and a blank replaces at
         * least one byte. */
        line = malloc(MIN(size, max) + sizeof(ellipsis) + 1);
        if (!line)
                return NULL;
        while (size > 0) {
                size_t step = utf8_sequence(s, size);
                const char *from = step > 0 ? s : "?";

                step = MAX(step, (size_t) 1);
                if (*from == ' ' || is_control(from, step)) {
                        blank = n > 0;
                } else if (n + blank + step > max) {
                        memcpy(line + n, ellipsis, sizeof(ellipsis) - 1);
                        n += sizeof(ellipsis) - 1;
                        break;
                } else {
                        if (blank)
                                line[n++] = ' ';
                        memcpy(line + n, from, step);
                        n += step;
                        blank = false;
                }
                s += step;
                size -= step;
        }
        line[n] = 0;
        return TAKE_PTR(line);
}

char *text_one_line_v(size_t max, const char *format, va_list ap)
{
        _cleanup_free_ char *text = NULL;
        int n = vasprintf(&text, format, ap);

        if (n < 0) {
                text = NULL;
                return NULL;
        }
        return text_one_line(text, (size_t) n, max);
}

bool text_ends_with(const char *s, size_t size, const char *end)
{
        size_t n = strlen(end);

        return size > n && memcmp(s + size - n, end, n) == 0;
}

bool text_is_blank(const char *s, size_t size)
{
        for (size_t i = 0; i < size; i++)
                if (!memchr(" \t\r\n", s[i], 4))
                        return false;
        return true;
}

uint64_t text_hash(uint64_t hash, const char *s, size_t size)
{
        for (size_t i = 0; i < size; i++)
                hash = (hash ^ (unsigned char) s[i]) * UINT64_C(0x100000001b3);
        return hash;
}
