/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Changes to single members of a JSON text that leave every other byte as it is: what other programs wrote
 * keeps its order, its form and the numbers that we would not know how to keep. */

#include <stdbool.h>
#include <stddef.h>

#define JSON_EDIT_PATH_MAX 4

/* path: names of members from the top on, ends with NULL; at most JSON_EDIT_PATH_MAX. Names are compared
 * byte by byte. The text need not end with NUL. -EBADMSG: not one JSON object, or too deep; -ENOMEM. */

/* 1: there is such a member, 0: there is none. */
int json_edit_has(const char *text, size_t size, const char *const *path);

/* Replaces the member's value (of each, should there be several of that name) by value, which is JSON, or
 * puts one where there is none. With make_parents also what it is to be in, else that is -ENOENT. *ret_text
 * is the caller's and ends with NUL. */
int json_edit_set(const char *text, size_t size, const char *const *path, const char *value,
                  bool make_parents, char **ret_text, size_t *ret_size);

/* Takes the member out, and nothing more than it; -ENOENT. What json_edit_set() put there goes without a
 * trace. */
int json_edit_delete(const char *text, size_t size, const char *const *path, char **ret_text,
                     size_t *ret_size);

/* s as a string of JSON, the caller's. NULL: out of memory. */
char *json_edit_quote(const char *s);
