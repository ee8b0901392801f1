/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The regular expressions of --log-opt labels-regex= and env-regex=. They are Go's, and become POSIX's. */

#include <regex.h>
#include <stdbool.h>

#define NAME_PATTERN_MAX 1024

/* 0: *ret is compiled, regfree() is the caller's. -EINVAL: no such expression, or one that POSIX can't say.
 * -ENOMEM. */
int name_pattern_compile(const char *go, regex_t *ret);

/* Whether it matches somewhere in name. */
bool name_pattern_matches(const regex_t *pattern, const char *name);
