/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Vectors of strings with a NULL at their end. A NULL vector is an empty one. The vector owns its strings.
 *
 * A vector must only grow with the functions below: its allocated size follows from its length. */

#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

typedef char **Strv;

/* Frees the vector and its strings. Returns NULL. */
char **strv_free(char **v);
DEFINE_TRIVIAL_CLEANUP_FUNC(Strv, strv_free)
#define _cleanup_strv_free_ _cleanup_(strv_freep)

size_t strv_length(char *const *v);
bool strv_contains(char *const *v, const char *s);

/* Append one string: a copy of s; s itself; a formatted string. Return 0 or -ENOMEM; *v stays valid on
 * failure. strv_consume() takes ownership of s even on failure, and returns -ENOMEM if s is NULL. */
int strv_extend(char ***v, const char *s);
int strv_consume(char ***v, char *s);
int strv_extendf(char ***v, const char *format, ...) __attribute__((__format__(printf, 2, 3)));

#define STRV_FOREACH(s, v) for (char *const *s = (v); s && *s; s++)
