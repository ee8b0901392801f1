/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* NULL-terminated vectors of strings. A NULL vector is an empty one. */

#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

typedef char **Strv;

char **strv_free(char **v);
DEFINE_TRIVIAL_CLEANUP_FUNC(Strv, strv_free)
#define _cleanup_strv_free_ _cleanup_(strv_freep)

size_t strv_length(char *const *v);
bool strv_contains(char *const *v, const char *s);

/* Append a copy of s; _consume takes s itself, also on failure. 0 or -ENOMEM. */
int strv_extend(char ***v, const char *s);
int strv_consume(char ***v, char *s);
int strv_extendf(char ***v, const char *format, ...) __attribute__((__format__(printf, 2, 3)));

#define STRV_FOREACH(s, v) for (char *const *s = (v); s && *s; s++)
