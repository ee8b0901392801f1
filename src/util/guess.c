/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The distance of two words is that of Damerau and Levenshtein, in the variant in which a piece is changed
 * only once. */

#include <stdio.h>
#include <string.h>

#include "util/guess.h"
#include "util/macro.h"

/* In bytes. What is longer is no mistyped word. */
#define WORD_MAX 40
#define FAR 100u

static char lower(char c)
{
        return c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c;
}

/* How many changes may be between what was typed and what was meant. */
static unsigned limit(size_t size)
{
        return size < 2 ? 0 : size < 5 ? 1 : size < 9 ? 2 : 3;
}

/* One row of the matrix: the distance of the first i + 1 bytes of a from the beginnings of b. */
static void next_row(unsigned rows[static 3][WORD_MAX + 1], const char *a, size_t i, const char *b, size_t n)
{
        unsigned *row = rows[2];

        row[0] = (unsigned) i + 1;
        for (size_t j = 0; j < n; j++) {
                unsigned other = rows[1][j] + (lower(a[i]) != lower(b[j]));
                unsigned one_more = MIN(rows[1][j + 1], row[j]) + 1;

                row[j + 1] = MIN(other, one_more);
                if (i > 0 && j > 0 && lower(a[i]) == lower(b[j - 1]) && lower(a[i - 1]) == lower(b[j]))
                        row[j + 1] = MIN(row[j + 1], rows[0][j - 1] + 1);
        }
        memcpy(rows[0], rows[1], (n + 1) * sizeof(*row));
        memcpy(rows[1], rows[2], (n + 1) * sizeof(*row));
}

static unsigned distance(const char *a, size_t m, const char *b, size_t n)
{
        unsigned rows[3][WORD_MAX + 1] = {};

        if (m > WORD_MAX || n > WORD_MAX)
                return FAR;
        if (m == n && memcmp(a, b, n) == 0)
                return 0;
        for (size_t j = 0; j <= n; j++)
                rows[1][j] = (unsigned) j;
        for (size_t i = 0; i < m; i++)
                next_row(rows, a, i, b, n);
        return rows[1][n] > 0 ? rows[1][n] : 1; /* only the case differs */
}

Guess guess_begin(const char *typed, size_t size)
{
        return (Guess){ .typed = typed, .typed_size = size, .distance = FAR };
}

static bool offer(Guess *g, const char *word, size_t size)
{
        unsigned most = limit(g->typed_size), d = distance(g->typed, g->typed_size, word, size);

        if (d > most && g->typed_size > 2 && g->typed_size < size &&
            memcmp(g->typed, word, g->typed_size) == 0)
                d = most + 1;
        else if (d > most || d >= size)
                return false;
        if (d >= g->distance)
                return false;
        g->word = word;
        g->size = size;
        g->distance = d;
        return true;
}

bool guess_offer(Guess *g, const char *word)
{
        return offer(g, word, strlen(word));
}

bool guess_offer_words(Guess *g, const char *words)
{
        size_t whole = g->typed_size;
        const char *equal = memchr(g->typed, '=', whole);
        bool better = false;

        for (const char *w = words; *w; w += strspn(w, " ")) {
                size_t size = strcspn(w, " ");

                if (size > 0 && w[size - 1] == '=') {
                        g->typed_size = equal ? (size_t) (equal - g->typed) + 1 : whole;
                        better |= offer(g, w, size);
                        g->typed_size = whole;
                } else
                        better |= offer(g, w, size);
                w += size;
        }
        return better;
}

const char *guess_hint(const Guess *g, const char *prefix, char buffer[static GUESS_HINT_SIZE])
{
        if (!g->word)
                return "";
        (void) snprintf(buffer, GUESS_HINT_SIZE, ", did you mean %s%.*s?", prefix, (int) g->size, g->word);
        return buffer;
}
