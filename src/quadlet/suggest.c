/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The nearest word by the number of letters to add, drop, change or swap. Upper and lower case are equal. */

#include <ctype.h>
#include <string.h>

#include "suggest.h"
#include "util/macro.h"

#define WORD_MAX 40

/* A word of this length may differ by so much. */
static size_t limit_for(size_t length)
{
        return length <= 3 ? 1 : length <= 7 ? 2 : 3;
}

static bool same(char a, char b)
{
        return tolower((unsigned char) a) == tolower((unsigned char) b);
}

/* The distance if it is less than limit; otherwise limit or more. */
static size_t distance(const char *a, size_t n, const char *b, size_t m, size_t limit)
{
        size_t rows[3][WORD_MAX + 1];
        size_t *before = rows[0], *above = rows[1], *row = rows[2], least = 0;

        if (MAX(n, m) - MIN(n, m) >= limit)
                return limit;
        for (size_t j = 0; j <= m; j++)
                above[j] = j;
        for (size_t i = 1; i <= n; i++) {
                size_t *free_row = before, least_above = least;

                row[0] = least = i;
                for (size_t j = 1; j <= m; j++) {
                        row[j] = MIN(above[j], row[j - 1]) + 1;
                        row[j] = MIN(row[j], above[j - 1] + !same(a[i - 1], b[j - 1]));
                        if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                                row[j] = MIN(row[j], before[j - 2] + 1);
                        least = MIN(least, row[j]);
                }
                if (least >= limit && least_above >= limit)
                        return limit; /* what follows grows out of these two rows */
                before = above;
                above = row;
                row = free_row;
        }
        return above[m];
}

void suggestion_init(Suggestion *s, const char *word)
{
        *s = (Suggestion){ .word = word, .distance = limit_for(strlen(word)) + 1 };
}

void suggestion_offer(Suggestion *s, const char *candidate)
{
        size_t n = strlen(s->word), m = strlen(candidate), d;

        if (n == 0 || n > WORD_MAX || m > WORD_MAX)
                return;
        d = distance(s->word, n, candidate, m, s->distance);
        if (d < s->distance) {
                s->distance = d;
                s->best = candidate;
        }
}
