/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Decision tables. A test lists the inputs of a rule and, in rows, what is expected of which of their
 * values; every combination of values is tried, and exactly one row must speak of it.
 *
 * A value is one character, in upper case or a digit. A pattern has a character for each column: a value, a
 * letter in lower case for every value but this one, or '*' for all of them. */

#include <criterion/criterion.h>
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define DECISION_COLUMNS_MAX 16

typedef struct DecisionRow {
        const char *pattern;
        const char *expected;
} DecisionRow;

static inline bool decision_row_matches(const char *pattern, const char *values)
{
        for (; *values; pattern++, values++) {
                bool not = islower((unsigned char) *pattern);

                if (*pattern != '*' && (toupper((unsigned char) *pattern) == *values) == not )
                        return false;
        }
        return true;
}

static inline void decision_check_one(const char *values, const DecisionRow *rows, size_t n_rows,
                                      const char *(*judge)(const char *values))
{
        const DecisionRow *row = NULL;

        for (size_t i = 0; i < n_rows; i++) {
                cr_assert_eq(strlen(rows[i].pattern), strlen(values), "%s: not as many columns",
                             rows[i].pattern);
                if (!decision_row_matches(rows[i].pattern, values))
                        continue;
                cr_assert_null(row, "%s: two rows, %s and %s", values, row->pattern, rows[i].pattern);
                row = &rows[i];
        }
        cr_assert_not_null(row, "%s: no row", values);
        cr_assert_str_eq(judge(values), row->expected, "%s (%s): %s instead of %s", values, row->pattern,
                         judge(values), row->expected);
}

/* columns: the values of each, ends with NULL. judge: what the rule says of these values. */
static inline void decision_check(const char *const *columns, const DecisionRow *rows, size_t n_rows,
                                  const char *(*judge)(const char *values))
{
        size_t at[DECISION_COLUMNS_MAX] = {}, n = 0, i;
        char values[DECISION_COLUMNS_MAX + 1] = "";

        while (columns[n])
                n++;
        cr_assert_leq(n, DECISION_COLUMNS_MAX);
        do {
                for (i = 0; i < n; i++)
                        values[i] = columns[i][at[i]];
                decision_check_one(values, rows, n_rows, judge);
                for (i = 0; i < n && !columns[i][++at[i]]; i++)
                        at[i] = 0;
        } while (i < n);
}
