/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The regular expressions of --log-opt labels-regex= and env-regex=. They have Go's syntax and are
 * translated to POSIX's. */

#include <regex.h>
#include <stdbool.h>

#define NAME_PATTERN_MAX 1024

/* 0: *ret is compiled; the caller frees it with regfree(3). -EINVAL: not a valid expression, or one that
 * POSIX cannot express. -ENOMEM. */
int name_pattern_compile(const char *go, regex_t *ret);

/* Whether the expression matches somewhere in name. */
bool name_pattern_matches(const regex_t *pattern, const char *name);
