/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Splitting and quoting as systemd.syntax(7) and systemd.service(5) describe them.
 *
 * A quote may begin anywhere in a word, as in systemd: a"b c"d is the word "ab cd". */

#include <stdint.h>
#include <string.h>

#include "quadlet/words.h"
#include "util/text.h"

#define BLANKS " \t\n\r"

static int hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

/* n digits of this base at s as a number; -1 if there are fewer. */
static int64_t read_digits(const char *s, size_t n, int base)
{
        int64_t value = 0;

        for (size_t i = 0; i < n; i++) {
                int digit = hex_digit(s[i]);

                if (digit < 0 || digit >= base)
                        return -1;
                value = value * base + digit;
        }
        return value;
}

/* s is after the backslash. Appends what the escape means; returns its length, 0 for a bad one. */
static size_t unescape(const char *s, Buffer *b)
{
        static const char letters[] = "abfnrtv\\\"'s", meaning[] = "\a\b\f\n\r\t\v\\\"' ";
        const char *at = *s ? strchr(letters, *s) : NULL;
        size_t digits = *s == 'x' ? 2 : *s == 'u' ? 4 : *s == 'U' ? 8 : 0;
        int64_t c;

        if (at) {
                buffer_add_char(b, meaning[at - letters]);
                return 1;
        }
        if (digits > 0) {
                c = read_digits(s + 1, digits, 16);
                if (c <= 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
                        return 0;
                if (digits == 2)
                        buffer_add_char(b, (char) c);
                else
                        buffer_add_rune(b, (uint32_t) c);
                return 1 + digits;
        }
        c = read_digits(s, 3, 8);
        if (c <= 0 || c > 255)
                return 0;
        buffer_add_char(b, (char) c);
        return 3;
}

/* Reads one word at *at into b and moves *at behind it. */
static SplitResult next_word(const char **at, SplitMode mode, Buffer *b)
{
        char quote = 0;
        const char *s = *at;

        for (; *s; s++) {
                if (*s == '\\' && mode == SPLIT_UNESCAPE) {
                        size_t n = unescape(s + 1, b);

                        if (n == 0)
                                return SPLIT_BAD_ESCAPE;
                        s += n;
                } else if (quote ? *s == quote : *s == '"' || *s == '\'') {
                        quote = quote ? 0 : *s;
                } else if (!quote && strchr(BLANKS, *s)) {
                        break;
                } else {
                        size_t n = 1 + strcspn(s + 1, BLANKS "\"'\\");

                        buffer_add_n(b, s, n);
                        s += n - 1;
                }
        }
        *at = s;
        return quote ? SPLIT_OPEN_QUOTE : SPLIT_OK;
}

SplitResult words_split(const char *text, SplitMode mode, Words *ret)
{
        for (;;) {
                _cleanup_buffer_ Buffer b = {};
                SplitResult r;

                text += strspn(text, BLANKS);
                if (!*text || ret->failed)
                        return SPLIT_OK;
                r = next_word(&text, mode, &b);
                if (r == SPLIT_BAD_ESCAPE)
                        return r;
                words_take(ret, buffer_take(&b));
                if (r != SPLIT_OK)
                        return r;
        }
}

/* Whether systemd reads the word back unchanged without quotes. A word that could begin a comment is quoted,
 * because it may begin a line. */
static bool is_plain(const char *word, size_t size)
{
        bool ascii = true;

        if (size == 0 || word[0] == '#' || word[0] == ';')
                return false;
        for (size_t i = 0; i < size; i++) {
                unsigned char c = (unsigned char) word[i];

                if (c <= ' ' || c == 0x7f || c == '"' || c == '\'' || c == '\\')
                        return false;
                ascii = ascii && c < 0x80;
        }
        return ascii || utf8_is_valid(word, size);
}

/* Whether single quotes are enough: easier to read for JSON and scripts. */
static bool fits_single_quotes(const char *word, size_t size)
{
        if (!strchr(word, '"') || strpbrk(word, "'\\") || !utf8_is_valid(word, size))
                return false;
        for (size_t i = 0; i < size; i++)
                if ((unsigned char) word[i] < ' ' || word[i] == 0x7f)
                        return false;
        return true;
}

static void add_escaped(Buffer *b, const char *word, size_t size)
{
        while (size > 0) {
                size_t n = utf8_sequence(word, size);

                if (*word == '"' || *word == '\\')
                        buffer_addf(b, "\\%c", *word);
                else if (*word == '\n')
                        buffer_add(b, "\\n");
                else if (*word == '\t')
                        buffer_add(b, "\\t");
                else if (n == 0 || (unsigned char) *word < ' ' || *word == 0x7f)
                        buffer_addf(b, "\\x%02x", (unsigned char) *word);
                else
                        buffer_add_n(b, word, n);
                n = MAX(n, (size_t) 1);
                word += n;
                size -= n;
        }
}

void word_quote(Buffer *b, const char *word)
{
        size_t size = strlen(word);

        if (is_plain(word, size)) {
                buffer_add(b, word);
        } else if (fits_single_quotes(word, size)) {
                buffer_addf(b, "'%s'", word);
        } else {
                buffer_add_char(b, '"');
                add_escaped(b, word, size);
                buffer_add_char(b, '"');
        }
}

void word_quote_literal(Buffer *b, const char *text)
{
        _cleanup_buffer_ Buffer doubled = {};

        for (; *text; text++) {
                buffer_add_char(&doubled, *text);
                if (*text == '%' || *text == '$')
                        buffer_add_char(&doubled, *text);
        }
        b->failed = b->failed || doubled.failed;
        word_quote(b, buffer_text(&doubled));
}

char *word_unquote_once(const char *value)
{
        size_t n;

        value += strspn(value, BLANKS);
        n = strlen(value);
        while (n > 0 && strchr(BLANKS, value[n - 1]))
                n--;
        if (n >= 2 && value[0] == '"' && value[n - 1] == '"') {
                value++;
                n -= 2;
        }
        return strndup(value, n);
}
