/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Text of the command line: splitting, white space and UTF-8 by the rules of Go, in which the docker CLI is
 * written, and a vector to which ten thousand entries can be added in linear time. Functions that return
 * char * return a new string that belongs to the caller, or NULL if memory is short. Only for src/run. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"
#include "json/json.h"

typedef struct StrVec {
        char **items; /* has a NULL at its end, or is NULL */
        size_t n, allocated;
} StrVec;

void strvec_done(StrVec *v);
#define _cleanup_strvec_ _cleanup_(strvec_done)

/* Append one string, or all parts of s between separators (at least one). 0 or -ENOMEM. strvec_take() takes
 * ownership of s even on failure, and returns -ENOMEM if s is NULL; the others copy. */
int strvec_take(StrVec *v, char *s);
int strvec_add(StrVec *v, const char *s, size_t size);
int strvec_split(StrVec *v, const char *s, char separator);

/* The length of the UTF-8 sequence at s in bytes, or 0 if it is not valid. ret_rune may be NULL. */
size_t utf8_decode(const char *s, size_t size, uint32_t *ret_rune);
bool utf8_valid(const char *s, size_t size);

/* The length in bytes of one white space character of Unicode at the beginning of s, or 0 if there is none.
 */
size_t blank_length(const char *s, size_t size);
/* text_trim() copies s without the white space at both ends; text_trimmable() says whether there is any. */
char *text_trim(const char *s);
bool text_trimmable(const char *s);
/* Copies in lower or upper case. Only ASCII letters change. */
char *text_lower(const char *s);
char *text_upper(const char *s);
bool text_starts_with(const char *s, const char *prefix);
/* Copies the part of s before the first separator. *ret_rest is the part after it, inside s, or NULL if
 * there is no separator. */
char *text_cut(const char *s, char separator, const char **ret_rest);
/* Frees *target and stores a copy of value there. 0, or -ENOMEM with *target unchanged. */
int text_replace(char **target, const char *value);
/* Compares two elements of an array of strings, for qsort(3). */
int text_compare(const void *a, const void *b);

/* Cleans a path lexically: no "//" and no ".", and ".." only at the beginning of a relative path. */
char *path_clean(const char *path);

/* A new JSON string of these bytes. Each byte that is not UTF-8 becomes U+FFFD. NULL: out of memory. */
struct json_object *json_text(const char *s);
struct json_object *json_text_n(const char *s, size_t size);
/* Set the member key, whose name is repaired in the same way; a member of that name is replaced.
 * json_set_any() takes ownership of value, even on failure. 0 or -ENOMEM. */
int json_set_text(struct json_object *o, const char *key, const char *value);
int json_set_any(struct json_object *o, const char *key, struct json_object *value);
int json_append_text(struct json_object *array, const char *value);
/* A new array of these strings. NULL: out of memory. */
struct json_object *json_text_array(const StrVec *v);
/* Adds "KEY=VALUE", or "KEY" with an empty value, to o. o NULL: -ENOMEM. */
int json_put_key_value(struct json_object *o, const char *s);
