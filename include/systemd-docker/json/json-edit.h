/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Changes single members of a JSON text and leaves every other byte as it is. The text of other programs
 * therefore keeps its order, its layout, and numbers that a parser and a printer would change. */

#include <stdbool.h>
#include <stddef.h>

#define JSON_EDIT_PATH_MAX 4

/* For all functions: path contains the names of members from the outermost object on, at most
 * JSON_EDIT_PATH_MAX of them, and ends with NULL. Names are compared byte by byte. The text does not need a
 * NUL at its end. Result texts belong to the caller and have a NUL at their end, which the size does not
 * count. Errors: -ENOMEM; -EBADMSG: the text is not exactly one JSON object, is nested too deep, has too
 * many members at the path, or spells a name that could be one of the path with an escape. */

/* 1: the member exists, 0: it does not. */
int json_edit_has(const char *text, size_t size, const char *const *path);

/* *ret: the JSON text of the member's value; it belongs to the caller. -ENOENT: it does not exist; -EBADMSG
 * also if it occurs more than once. */
int json_edit_get(const char *text, size_t size, const char *const *path, char **ret);

/* Sets the member to value, which is JSON text. If the name occurs more than once, each of them is set; if
 * the member does not exist, it is added. With make_parents, missing objects on the path are added as well;
 * without it, that is -ENOENT. */
int json_edit_set(const char *text, size_t size, const char *const *path, const char *value,
                  bool make_parents, char **ret_text, size_t *ret_size);

/* Removes the member and nothing else. A member that json_edit_set() added is removed without a trace.
 * -ENOENT: it does not exist; -EBADMSG also if it occurs more than once. */
int json_edit_delete(const char *text, size_t size, const char *const *path, char **ret_text,
                     size_t *ret_size);

/* Returns s as a JSON string, with quotes. It belongs to the caller. NULL: out of memory. */
char *json_edit_quote(const char *s);
