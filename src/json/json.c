/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Typed getters and setters over json-c. */

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "util/macro.h"
#include "json/json.h"

#define JSON_DEPTH_MAX 64
/* For one text, in bytes of memory. */
#define JSON_COST_MAX ((uint64_t) 64 * 1024 * 1024)

static inline void json_tokener_freep(struct json_tokener **p)
{
        if (*p)
                json_tokener_free(*p);
}

/* json-c takes up to 800 bytes for three of the text, so the size of the text is no limit to the memory.
 * What each of these letters can cost, rounded up. Those in strings count as well: the texts of an engine
 * have few of them, and what is no string cannot pretend to be one. */
static bool is_affordable(const char *data, size_t size)
{
        static const uint16_t costs[UCHAR_MAX + 1] = { ['{'] = 800, ['['] = 400, [':'] = 200, [','] = 100 };
        uint64_t cost = 0;

        for (size_t i = 0; i < size; i++)
                cost += costs[(unsigned char) data[i]];
        return cost <= JSON_COST_MAX;
}

/* *ret_end: how much of data the value took. */
static int parse_value(const char *data, size_t size, int flags, struct json_object **ret, size_t *ret_end)
{
        _cleanup_(json_tokener_freep) struct json_tokener *tokener = NULL;
        _cleanup_json_ struct json_object *o = NULL;
        bool cut = false;

        if (size > INT_MAX)
                return -EINVAL;
        if (!is_affordable(data, size))
                return -E2BIG;
        tokener = json_tokener_new_ex(JSON_DEPTH_MAX);
        if (!tokener)
                return -ENOMEM;
        json_tokener_set_flags(tokener, flags);
        o = json_tokener_parse_ex(tokener, data, (int) size);
        if (!o && json_tokener_get_error(tokener) == json_tokener_continue) {
                /* A bare number ends only with what follows it. */
                o = json_tokener_parse_ex(tokener, "", 1);
                cut = true;
        }
        if (json_tokener_get_error(tokener) != json_tokener_success || !o)
                return -EINVAL;
        *ret_end = cut ? size : json_tokener_get_parse_end(tokener);
        *ret = TAKE_PTR(o);
        return 0;
}

int json_parse(const char *data, size_t size, struct json_object **ret)
{
        _cleanup_json_ struct json_object *o = NULL;
        size_t end;
        int r = parse_value(data, size, JSON_TOKENER_VALIDATE_UTF8, &o, &end);

        if (r < 0)
                return r;
        for (; end < size; end++)
                if (!strchr(" \t\r\n", data[end]) || !data[end])
                        return -EINVAL;
        *ret = TAKE_PTR(o);
        return 0;
}

int json_parse_file(const char *data, size_t size, struct json_object **ret)
{
        size_t end;

        return parse_value(data, size, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS, ret, &end);
}

int json_get(struct json_object *o, const char *path, enum json_type type, struct json_object **ret)
{
        char name[128];

        for (;;) {
                size_t n = strcspn(path, "/");

                assert(n < sizeof(name));
                memcpy(name, path, n);
                name[n] = 0;
                if (!json_object_is_type(o, json_type_object))
                        return -EINVAL;
                if (!json_object_object_get_ex(o, name, &o) || !o)
                        return -ENOENT;
                if (!path[n])
                        break;
                path += n + 1;
        }
        if (!json_object_is_type(o, type))
                return -EINVAL;
        *ret = o;
        return 0;
}

int json_get_string(struct json_object *o, const char *path, const char **ret)
{
        int r = json_get(o, path, json_type_string, &o);

        if (r < 0)
                return r;
        *ret = json_object_get_string(o);
        return 0;
}

int json_get_int(struct json_object *o, const char *path, int64_t *ret)
{
        int r = json_get(o, path, json_type_int, &o);

        if (r < 0)
                return r;
        *ret = json_object_get_int64(o);
        return 0;
}

int json_get_bool(struct json_object *o, const char *path, bool *ret)
{
        int r = json_get(o, path, json_type_boolean, &o);

        if (r < 0)
                return r;
        *ret = json_object_get_boolean(o);
        return 0;
}

const char *json_string_or(struct json_object *o, const char *path, const char *fallback)
{
        (void) json_get_string(o, path, &fallback);
        return fallback;
}

int64_t json_int_or(struct json_object *o, const char *path, int64_t fallback)
{
        (void) json_get_int(o, path, &fallback);
        return fallback;
}

bool json_bool_or(struct json_object *o, const char *path, bool fallback)
{
        (void) json_get_bool(o, path, &fallback);
        return fallback;
}

struct json_object *json_get_any_case(struct json_object *o, const char *name)
{
        struct json_object *found = NULL;

        if (!json_object_is_type(o, json_type_object))
                return NULL;
        json_object_object_foreach(o, key, value) if (strcasecmp(key, name) == 0) found = value;
        return found;
}

int json_get_string_any_case(struct json_object *o, const char *name, const char **ret)
{
        struct json_object *member = json_get_any_case(o, name);

        if (!member)
                return -ENOENT;
        if (!json_object_is_type(member, json_type_string))
                return -EINVAL;
        *ret = json_object_get_string(member);
        return 0;
}

char *json_to_text(struct json_object *o, int flags)
{
        const char *text = json_object_to_json_string_ext(o, flags);

        return text ? strdup(text) : NULL;
}

int json_set(struct json_object *o, const char *key, struct json_object *value)
{
        if (!value)
                return -ENOMEM;
        if (json_object_object_add(o, key, value) < 0) {
                json_object_put(value);
                return -ENOMEM;
        }
        return 0;
}

int json_set_string(struct json_object *o, const char *key, const char *value)
{
        return json_set(o, key, json_object_new_string(value));
}

int json_set_bool(struct json_object *o, const char *key, bool value)
{
        return json_set(o, key, json_object_new_boolean(value));
}

int json_set_int(struct json_object *o, const char *key, int64_t value)
{
        return json_set(o, key, json_object_new_int64(value));
}

int json_append(struct json_object *array, struct json_object *value)
{
        if (!value)
                return -ENOMEM;
        if (json_object_array_add(array, value) < 0) {
                json_object_put(value);
                return -ENOMEM;
        }
        return 0;
}

int json_append_string(struct json_object *array, const char *value)
{
        return json_append(array, json_object_new_string(value));
}

struct json_object *json_ensure(struct json_object *o, const char *key, enum json_type type)
{
        struct json_object *child;

        if (json_object_object_get_ex(o, key, &child) && json_object_is_type(child, type))
                return child;
        child = type == json_type_array ? json_object_new_array() : json_object_new_object();
        return json_set(o, key, child) < 0 ? NULL : child;
}
