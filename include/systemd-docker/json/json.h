/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Typed access to json-c. Input from the engine or from a file can have any shape. A getter therefore
 * returns -ENOENT (no such member, or null) or -EINVAL (a member of another type), and never converts
 * between types.
 *
 * A path consists of member names joined by '/', for example "HostConfig/LogConfig/Type". A value that a
 * getter returns belongs to the object that it was read from. */

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

/* Parses one complete JSON text in UTF-8; only white space may follow it. *ret belongs to the caller. A text
 * that is only null, or that is nested deeper than 64, is -EINVAL. -E2BIG: as objects, it could take more
 * than 64 MiB of memory. -EINVAL, -ENOMEM. */
int json_parse(const char *data, size_t size, struct json_object **ret);
/* The same for a configuration file, which the docker CLI reads with the JSON decoder of Go: strict syntax,
 * but only the first value counts, and strings may contain bytes that are not UTF-8. */
int json_parse_file(const char *data, size_t size, struct json_object **ret);

/* Get the member at the path. 0, -ENOENT or -EINVAL; *ret is unchanged on failure. */
int json_get(struct json_object *o, const char *path, enum json_type type, struct json_object **ret);
int json_get_string(struct json_object *o, const char *path, const char **ret);
int json_get_int(struct json_object *o, const char *path, int64_t *ret);
int json_get_bool(struct json_object *o, const char *path, bool *ret);

/* The same, with a default if the member does not exist or has another type. */
const char *json_string_or(struct json_object *o, const char *path, const char *fallback);
int64_t json_int_or(struct json_object *o, const char *path, int64_t fallback);
bool json_bool_or(struct json_object *o, const char *path, bool fallback);

/* A member whose name is compared without regard to case; if there are several, the last one. For files that
 * Go programs also read. NULL or -ENOENT: no such member; -EINVAL: it is not a string. */
struct json_object *json_get_any_case(struct json_object *o, const char *name);
int json_get_string_any_case(struct json_object *o, const char *name, const char **ret);

/* A new string. flags: JSON_C_TO_STRING_…; NULL: out of memory. */
char *json_to_text(struct json_object *o, int flags);

/* Setters return 0 or -ENOMEM. key is one member name, not a path. json_set() and json_append() take
 * ownership of value, even on failure. A NULL value means that its creation failed, and gives -ENOMEM. */
int json_set(struct json_object *o, const char *key, struct json_object *value);
int json_set_string(struct json_object *o, const char *key, const char *value);
int json_set_bool(struct json_object *o, const char *key, bool value);
int json_set_int(struct json_object *o, const char *key, int64_t value);
int json_append(struct json_object *array, struct json_object *value);
int json_append_string(struct json_object *array, const char *value);

/* The member `key` of o. If it does not exist or has another type, a new one of the given type (object or
 * array) replaces it. It belongs to o. NULL: out of memory. */
struct json_object *json_ensure(struct json_object *o, const char *key, enum json_type type);
