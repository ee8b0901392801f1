/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Conversion between an enum and strings, from one table:
 *
 *     static const char *const x_table[_X_MAX] = { [X_A] = "a", … };
 *     DEFINE_STRING_TABLE(x, X)
 *
 * This defines x_to_string(), which returns NULL for a value out of range, and x_from_string(), which
 * returns the enum's value, or -EINVAL for an unknown string or NULL. */

#include <errno.h>
#include <string.h>
#include <sys/types.h>

static inline int string_table_lookup(const char *const *table, size_t n, const char *key)
{
        if (!key)
                return -EINVAL;
        for (size_t i = 0; i < n; i++)
                if (table[i] && strcmp(table[i], key) == 0)
                        return (int) i;
        return -EINVAL;
}

#define DEFINE_STRING_TABLE(name, type)                                                                     \
        const char *name##_to_string(type i)                                                                \
        {                                                                                                   \
                return (size_t) i < ELEMENTSOF(name##_table) ? name##_table[i] : NULL;                      \
        }                                                                                                   \
        int name##_from_string(const char *s)                                                               \
        {                                                                                                   \
                return string_table_lookup(name##_table, ELEMENTSOF(name##_table), s);                      \
        }
