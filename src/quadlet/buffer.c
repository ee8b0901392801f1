/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Growing text and lists. Failure is kept in the object, see the header. */

#include <stdio.h>
#include <string.h>

#include "quadlet/buffer.h"

void buffer_done(Buffer *b)
{
        free(b->data);
        *b = (Buffer){ .data = NULL };
}

/* Room for n more bytes and a NUL; false: the buffer has failed. */
static bool make_room(Buffer *b, size_t n)
{
        size_t wanted, bigger;
        char *data;

        if (b->failed)
                return false;
        if (n > BUFFER_MAX || b->size + n > BUFFER_MAX) {
                b->failed = true;
                return false;
        }
        if (b->size + n + 1 <= b->allocated)
                return true;
        wanted = MAX(b->size + n + 1, (size_t) 64);
        bigger = MAX(wanted, b->allocated * 2);
        data = realloc(b->data, bigger);
        if (!data) {
                b->failed = true;
                return false;
        }
        b->data = data;
        b->allocated = bigger;
        return true;
}

void buffer_add_n(Buffer *b, const char *s, size_t n)
{
        if (!make_room(b, n))
                return;
        memcpy(b->data + b->size, s, n);
        b->size += n;
        b->data[b->size] = 0;
}

void buffer_add(Buffer *b, const char *s)
{
        buffer_add_n(b, s, strlen(s));
}

void buffer_add_char(Buffer *b, char c)
{
        buffer_add_n(b, &c, 1);
}

void buffer_add_rune(Buffer *b, uint32_t c)
{
        if (c < 0x80) {
                buffer_add_char(b, (char) c);
        } else if (c < 0x800) {
                buffer_add_char(b, (char) (0xc0 | c >> 6));
                buffer_add_char(b, (char) (0x80 | (c & 0x3f)));
        } else if (c < 0x10000) {
                buffer_add_char(b, (char) (0xe0 | c >> 12));
                buffer_add_char(b, (char) (0x80 | (c >> 6 & 0x3f)));
                buffer_add_char(b, (char) (0x80 | (c & 0x3f)));
        } else {
                buffer_add_char(b, (char) (0xf0 | c >> 18));
                buffer_add_char(b, (char) (0x80 | (c >> 12 & 0x3f)));
                buffer_add_char(b, (char) (0x80 | (c >> 6 & 0x3f)));
                buffer_add_char(b, (char) (0x80 | (c & 0x3f)));
        }
}

void buffer_addf(Buffer *b, const char *format, ...)
{
        for (;;) {
                size_t room = b->allocated - b->size;
                va_list ap;
                int n;

                va_start(ap, format);
                n = vsnprintf(b->data ? b->data + b->size : NULL, room, format, ap);
                va_end(ap);
                b->failed = b->failed || n < 0;
                if (!b->failed && (size_t) n < room) {
                        b->size += (size_t) n;
                        return;
                }
                if (!make_room(b, (size_t) n))
                        break;
        }
        if (b->data)
                b->data[b->size] = 0; /* what did not fit */
}

const char *buffer_text(const Buffer *b)
{
        return b->data ?: "";
}

char *buffer_take(Buffer *b)
{
        char *s = NULL;

        buffer_add_n(b, "", 0);
        if (!b->failed)
                s = TAKE_PTR(b->data);
        buffer_done(b);
        return s;
}

void words_done(Words *w)
{
        words_clear(w);
        free(w->items);
        *w = (Words){ .items = NULL };
}

void words_clear(Words *w)
{
        for (size_t i = 0; i < w->n; i++)
                free(w->items[i]);
        w->n = 0;
        if (w->items)
                w->items[0] = NULL;
}

void words_take(Words *w, char *s)
{
        if (!s || w->failed || w->n >= WORDS_MAX) {
                w->failed = true;
                free(s);
                return;
        }
        if (w->n + 2 > w->allocated) {
                size_t bigger = MAX(w->allocated * 2, (size_t) 8);
                char **items = realloc(w->items, bigger * sizeof(char *));

                if (!items) {
                        w->failed = true;
                        free(s);
                        return;
                }
                w->items = items;
                w->allocated = bigger;
        }
        w->items[w->n++] = s;
        w->items[w->n] = NULL;
}

void words_add(Words *w, const char *s)
{
        words_take(w, strdup(s));
}

void words_add_n(Words *w, const char *s, size_t n)
{
        words_take(w, strndup(s, n));
}

void words_addf(Words *w, const char *format, ...)
{
        char fits[200], *s;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vsnprintf(fits, sizeof(fits), format, ap);
        va_end(ap);
        if (n >= 0 && (size_t) n < sizeof(fits)) {
                words_add_n(w, fits, (size_t) n);
                return;
        }
        va_start(ap, format);
        n = vasprintf(&s, format, ap);
        va_end(ap);
        words_take(w, n < 0 ? NULL : s);
}

bool words_contain(const Words *w, const char *s)
{
        for (size_t i = 0; i < w->n; i++)
                if (strcmp(w->items[i], s) == 0)
                        return true;
        return false;
}
