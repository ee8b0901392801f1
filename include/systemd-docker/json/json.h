/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Typed access over json-c. What comes from the engine or from a file may have any shape, so a getter
 * answers -ENOENT (no such member) or -EINVAL (a member of another type) and never converts between types.
 *
 * A path is member names joined by '/': "HostConfig/LogConfig/Type". What a getter returns belongs to the
 * object that it was asked of. */

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"

typedef struct json_object *JsonObject;

static inline void json_object_unrefp(JsonObject *p)
{
        if (*p)
                json_object_put(*p);
}
#define _cleanup_json_ _cleanup_(json_object_unrefp)

/* One complete JSON text in UTF-8, nothing behind it but blanks. -EINVAL, -ENOMEM. */
int json_parse(const char *data, size_t size, struct json_object **ret);
/* A configuration file as the docker CLI (that is: Go) reads it: strictly, but only its first value; bytes
 * that are not UTF-8 may be in its strings. */
int json_parse_file(const char *data, size_t size, struct json_object **ret);

int json_get(struct json_object *o, const char *path, enum json_type type, struct json_object **ret);
int json_get_string(struct json_object *o, const char *path, const char **ret);
int json_get_int(struct json_object *o, const char *path, int64_t *ret);
int json_get_bool(struct json_object *o, const char *path, bool *ret);

/* The same with a default where there is no such member or it has another type. */
const char *json_string_or(struct json_object *o, const char *path, const char *fallback);
int64_t json_int_or(struct json_object *o, const char *path, int64_t fallback);
bool json_bool_or(struct json_object *o, const char *path, bool fallback);

/* A member, its name in whatever case; of several the last one. For files that Go programs read, too. */
struct json_object *json_get_any_case(struct json_object *o, const char *name);
int json_get_string_any_case(struct json_object *o, const char *name, const char **ret);

/* Setters: key is one member name. json_set and json_append take value over, also on failure; a NULL value
 * means that making it failed, and gives -ENOMEM. 0 or -ENOMEM. */
int json_set(struct json_object *o, const char *key, struct json_object *value);
int json_set_string(struct json_object *o, const char *key, const char *value);
int json_set_bool(struct json_object *o, const char *key, bool value);
int json_set_int(struct json_object *o, const char *key, int64_t value);
int json_append(struct json_object *array, struct json_object *value);
int json_append_string(struct json_object *array, const char *value);

/* The member `key` of o, made of the given type (object or array) where it is missing. NULL: out of memory.
 */
struct json_object *json_ensure(struct json_object *o, const char *key, enum json_type type);
