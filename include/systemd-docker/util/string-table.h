/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Conversion between an enum and strings, from one table. The strings are in it, and no pointers, which
 * would have to be relocated in each process:
 *
 *     static const char x_table[_X_MAX][8] = { [X_A] = "a", … };
 *     DEFINE_STRING_TABLE(x, X)
 *
 * This defines x_to_string(), which returns NULL for a value out of range or without a string, and
 * x_from_string(), which returns the enum's value, or -EINVAL for an unknown string or NULL. */

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/types.h>

/* width: of a string with its NUL, in the table of n. */
static inline const char *string_table_get(const char *table, size_t width, size_t n, size_t i)
{
        const char *s = table + i * width;

        if (i >= n || !*s)
                return NULL;
        assert(s[width - 1] == 0);
        return s;
}

static inline int string_table_lookup(const char *table, size_t width, size_t n, const char *key)
{
        if (!key || !*key)
                return -EINVAL;
        for (size_t i = 0; i < n; i++)
                if (strcmp(table + i * width, key) == 0)
                        return (int) i;
        return -EINVAL;
}

#define STRING_TABLE(t) (t)[0], sizeof((t)[0]), ELEMENTSOF(t)

#define DEFINE_STRING_TABLE(name, type)                                                                     \
        const char *name##_to_string(type i)                                                                \
        {                                                                                                   \
                return string_table_get(STRING_TABLE(name##_table), (size_t) i);                            \
        }                                                                                                   \
        int name##_from_string(const char *s)                                                               \
        {                                                                                                   \
                return string_table_lookup(STRING_TABLE(name##_table), s);                                  \
        }
