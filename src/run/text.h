/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Text of the command line: splitting, blanks and UTF-8 as the docker CLI (that is: Go) sees them, and a
 * vector that stays linear with ten thousand entries. Only for src/cli. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"
#include "json/json.h"

typedef struct StrVec {
        char **items; /* ends with NULL, or is NULL */
        size_t n, allocated;
} StrVec;

void strvec_done(StrVec *v);
#define _cleanup_strvec_ _cleanup_(strvec_done)

int strvec_take(StrVec *v, char *s); /* takes s over, also on failure */
int strvec_add(StrVec *v, const char *s, size_t size);
int strvec_split(StrVec *v, const char *s, char separator);

/* Length of the UTF-8 sequence at s, 0 where it isn't one. ret_rune may be NULL. */
size_t utf8_decode(const char *s, size_t size, uint32_t *ret_rune);
bool utf8_valid(const char *s, size_t size);

/* White space of Unicode at the beginning of s: its length in bytes, 0 for none. */
size_t blank_length(const char *s, size_t size);
/* A copy without white space at both ends. */
char *text_trim(const char *s);
bool text_trimmable(const char *s);
/* Copies in lower or upper case; ASCII only, other bytes stay. */
char *text_lower(const char *s);
char *text_upper(const char *s);
bool text_starts_with(const char *s, const char *prefix);
/* s up to but without the separator; *ret_rest is what follows it, or NULL where there is none. */
char *text_cut(const char *s, char separator, const char **ret_rest);

/* Lexical clean-up of a path: no "//", ".", and ".." only in front of a relative one. */
char *path_clean(const char *path);

/* A JSON string of these bytes. What is not UTF-8 becomes U+FFFD, byte by byte. NULL: out of memory. */
struct json_object *json_text(const char *s);
struct json_object *json_text_n(const char *s, size_t size);
/* key and value as text(); the key may not have a NUL byte. Replaces. */
int json_set_text(struct json_object *o, const char *key, const char *value);
int json_set_any(struct json_object *o, const char *key, struct json_object *value);
int json_append_text(struct json_object *array, const char *value);
/* An array of these strings. NULL: out of memory. */
struct json_object *json_text_array(const StrVec *v);
