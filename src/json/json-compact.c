/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Removes the white space of a JSON text. A parser and a printer would change the spelling of numbers and
 * escapes; this code only checks the grammar and leaves the white space out. Nesting is a stack in memory,
 * not a recursion. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "json/json-compact.h"

#define DEPTH_MAX 10000

typedef struct Compact {
        const char *c, *end;
        char *out;
        size_t n;
        char open[DEPTH_MAX]; /* '{' or '[' */
        size_t depth;
} Compact;

static void skip_blanks(Compact *x)
{
        while (x->c < x->end && (*x->c == ' ' || *x->c == '\t' || *x->c == '\r' || *x->c == '\n'))
                x->c++;
}

static char peek(const Compact *x)
{
        return x->c < x->end ? *x->c : 0;
}

static char take(Compact *x)
{
        return x->out[x->n++] = *x->c++;
}

static bool take_string(Compact *x)
{
        if (peek(x) != '"')
                return false;
        take(x);
        while (x->c < x->end) {
                char c = take(x);

                if (c == '"')
                        return true;
                if ((unsigned char) c < ' ')
                        return false;
                if (c != '\\')
                        continue;
                if (!peek(x) || !strchr("\"\\/bfnrtu", peek(x)))
                        return false;
                if (take(x) == 'u')
                        for (int i = 0; i < 4; i++) {
                                if (!peek(x) || !strchr("0123456789abcdefABCDEF", peek(x)))
                                        return false;
                                take(x);
                        }
        }
        return false;
}

static bool take_digits(Compact *x)
{
        bool any = false;

        for (; peek(x) >= '0' && peek(x) <= '9'; any = true)
                take(x);
        return any;
}

static bool take_number(Compact *x)
{
        if (peek(x) == '-')
                take(x);
        if (peek(x) == '0')
                take(x);
        else if (!take_digits(x))
                return false;
        if (peek(x) == '.') {
                take(x);
                if (!take_digits(x))
                        return false;
        }
        if (peek(x) == 'e' || peek(x) == 'E') {
                take(x);
                if (peek(x) == '+' || peek(x) == '-')
                        take(x);
                return take_digits(x);
        }
        return true;
}

static bool take_word(Compact *x)
{
        static const char *const words[] = { "true", "false", "null" };

        for (size_t i = 0; i < 3; i++) {
                size_t n = strlen(words[i]);

                if ((size_t) (x->end - x->c) < n || memcmp(x->c, words[i], n) != 0)
                        continue;
                memcpy(x->out + x->n, words[i], n);
                x->n += n;
                x->c += n;
                return true;
        }
        return false;
}

/* "key" and its colon. */
static bool take_key(Compact *x)
{
        skip_blanks(x);
        if (!take_string(x))
                return false;
        skip_blanks(x);
        if (peek(x) != ':')
                return false;
        take(x);
        return true;
}

/* After a value: takes closing brackets, up to a comma or the end. *ret_done: the outermost value is
 * complete. */
static bool take_after_value(Compact *x, bool *ret_done)
{
        for (;;) {
                char c;

                skip_blanks(x);
                if (x->depth == 0) {
                        *ret_done = true;
                        return x->c == x->end;
                }
                c = peek(x);
                if (c == ',') {
                        take(x);
                        return x->open[x->depth - 1] == '[' || take_key(x);
                }
                if (c != (x->open[x->depth - 1] == '{' ? '}' : ']'))
                        return false;
                take(x);
                x->depth--;
        }
}

/* '{' or '['. *ret_empty: it is closed at once, and is therefore a complete value. */
static bool take_open(Compact *x, bool *ret_empty)
{
        char c = take(x);

        if (x->depth == DEPTH_MAX)
                return false;
        x->open[x->depth++] = c;
        skip_blanks(x);
        *ret_empty = peek(x) == (c == '{' ? '}' : ']');
        if (*ret_empty) {
                take(x);
                x->depth--;
                return true;
        }
        return c == '[' || take_key(x);
}

static bool take_text(Compact *x)
{
        bool done = false;

        while (!done) {
                bool ok, value = true;
                char c;

                skip_blanks(x);
                c = peek(x);
                if (c == '{' || c == '[')
                        ok = take_open(x, &value);
                else if (c == '"')
                        ok = take_string(x);
                else if (c == '-' || (c >= '0' && c <= '9'))
                        ok = take_number(x);
                else
                        ok = take_word(x);
                if (!ok || (value && !take_after_value(x, &done)))
                        return false;
        }
        return true;
}

int json_compact(const char *data, size_t size, char **ret, size_t *ret_size)
{
        _cleanup_free_ Compact *x = calloc(1, sizeof(*x));
        _cleanup_free_ char *out = malloc(size + 1);

        if (!x || !out)
                return -ENOMEM;
        *x = (Compact){ .c = data, .end = data + size, .out = out };
        if (!take_text(x))
                return -EINVAL;
        out[x->n] = 0;
        *ret = TAKE_PTR(out);
        *ret_size = x->n;
        return 0;
}
