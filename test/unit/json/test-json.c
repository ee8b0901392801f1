/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Typed access to json-c. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/macro.h"
#include "json/json.h"

static struct json_object *parse(const char *s)
{
        struct json_object *o = NULL;

        cr_assert_eq(json_parse(s, strlen(s), &o), 0, "%s", s);
        return o;
}

Test(json, one_complete_text)
{
        static const char *const good[] = { "{}",    " {\"a\":1} \r\n\t", "[]", "1 ", "\"x\"",
                                            "true ", "-1.5e3\n" };

        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                _cleanup_json_ struct json_object *o = parse(good[i]);

                cr_assert_not_null(o);
        }
}

Test(json, everything_else_is_refused)
{
        static const char *const bad[] = {
                "", " ", "{", "{}}", "{} x", "{}{}", "[1", "nul", "{\"a\":\"\xff\"}", "\"x"
        };
        struct json_object *o = (void *) 42;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(json_parse(bad[i], strlen(bad[i]), &o), -EINVAL, "%s", bad[i]);
        cr_assert_eq(json_parse("{}\0", 3, &o), -EINVAL);
        cr_assert_eq(json_parse(NULL, 0, &o), -EINVAL);
        cr_assert_eq(o, (void *) 42);
}

Test(json, depth_is_bounded)
{
        static char deep[200001];
        struct json_object *o;

        memset(deep, '[', 100000);
        memset(deep + 100000, ']', 100000);
        cr_assert_eq(json_parse(deep, 200000, &o), -EINVAL);
}

Test(json, getters_by_path)
{
        _cleanup_json_ struct json_object *o =
                parse("{\"a\":{\"b\":{\"s\":\"x\",\"i\":7,\"t\":true,\"n\":null,\"d\":1.5}},\"l\":[1]}");
        const char *s = "untouched";
        struct json_object *child;
        int64_t i = 42;
        bool b = false;

        cr_assert_eq(json_get_string(o, "a/b/s", &s), 0);
        cr_assert_str_eq(s, "x");
        cr_assert_eq(json_get_int(o, "a/b/i", &i), 0);
        cr_assert_eq(i, 7);
        cr_assert_eq(json_get_bool(o, "a/b/t", &b), 0);
        cr_assert(b);
        cr_assert_eq(json_get(o, "l", json_type_array, &child), 0);
        cr_assert_eq(json_object_array_length(child), 1);
}

Test(json, getters_answer_what_is_wrong)
{
        _cleanup_json_ struct json_object *o = parse("{\"a\":{\"s\":\"x\",\"i\":7,\"n\":null},\"l\":[1]}");
        const char *s = "untouched";
        int64_t i = 42;
        bool b = true;

        cr_assert_eq(json_get_string(o, "b", &s), -ENOENT);
        cr_assert_eq(json_get_string(o, "a/b", &s), -ENOENT);
        cr_assert_eq(json_get_string(o, "a/n", &s), -ENOENT);
        cr_assert_eq(json_get_string(o, "a/i", &s), -EINVAL);
        cr_assert_eq(json_get_string(o, "a", &s), -EINVAL);
        cr_assert_eq(json_get_string(o, "a/s/x", &s), -EINVAL);
        cr_assert_eq(json_get_string(o, "l/x", &s), -EINVAL);
        cr_assert_eq(json_get_int(o, "a/s", &i), -EINVAL);
        cr_assert_eq(json_get_bool(o, "a/i", &b), -EINVAL);
        cr_assert_eq(json_get_string(NULL, "a", &s), -EINVAL);
        cr_assert_str_eq(s, "untouched");
        cr_assert_eq(i, 42);
        cr_assert(b);
}

Test(json, defaults)
{
        _cleanup_json_ struct json_object *o = parse("{\"s\":\"x\",\"i\":7,\"b\":true}");

        cr_assert_str_eq(json_string_or(o, "s", "d"), "x");
        cr_assert_str_eq(json_string_or(o, "i", "d"), "d");
        cr_assert_null(json_string_or(o, "none", NULL));
        cr_assert_eq(json_int_or(o, "i", -1), 7);
        cr_assert_eq(json_int_or(o, "s", -1), -1);
        cr_assert(json_bool_or(o, "b", false));
        cr_assert(json_bool_or(o, "none", true));
}

Test(json, setters)
{
        _cleanup_json_ struct json_object *o = json_object_new_object();
        struct json_object *list;

        cr_assert_eq(json_set_string(o, "s", "x"), 0);
        cr_assert_eq(json_set_int(o, "i", INT64_MIN), 0);
        cr_assert_eq(json_set_bool(o, "b", false), 0);
        cr_assert_eq(json_set(o, "null", NULL), -ENOMEM);
        list = json_ensure(o, "l", json_type_array);
        cr_assert_eq(json_append_string(list, "1"), 0);
        cr_assert_eq(json_append(list, json_object_new_int64(2)), 0);
        cr_assert_eq(json_append(list, NULL), -ENOMEM);
        cr_assert_str_eq(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN),
                         "{\"s\":\"x\",\"i\":-9223372036854775808,\"b\":false,\"l\":[\"1\",2]}");
}

Test(json, ensure_keeps_what_is_there)
{
        _cleanup_json_ struct json_object *o = parse("{\"a\":{\"x\":1},\"b\":7}");
        struct json_object *a = json_ensure(o, "a", json_type_object),
                           *b = json_ensure(o, "b", json_type_object);

        cr_assert_eq(json_int_or(a, "x", 0), 1);
        cr_assert_eq(json_ensure(o, "a", json_type_object), a);
        cr_assert_eq(json_object_object_length(b), 0);
        cr_assert_eq(json_ensure(o, "b", json_type_object), b);
}

/* Texts that only json_parse() accepts, and texts that only json_parse_file() accepts. */
Test(json, parse_file)
{
        static const char *const good[] = { "{}", " {} x", "{}{}", "{\"a\":\"\xff\"}", "[1] ]" };
        static const char *const bad[] = { "", " ", "{", "{\"a\":1,}", "[1,]", "// x\n{}", "x", "null" };

        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                _cleanup_json_ struct json_object *o = NULL;

                cr_assert_eq(json_parse_file(good[i], strlen(good[i]), &o), 0, "%s", good[i]);
                cr_assert_not_null(o);
        }
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                struct json_object *o = NULL;

                cr_expect_eq(json_parse_file(bad[i], strlen(bad[i]), &o), -EINVAL, "%s", bad[i]);
                json_object_put(o);
        }
}

/* [item,item,…], n times. */
static char *repeat(const char *item, size_t n, size_t *ret_size)
{
        size_t size = strlen(item);
        char *s = malloc(n * (size + 1) + 2), *end = s;

        cr_assert_not_null(s);
        *end++ = '[';
        for (size_t i = 0; i < n; i++) {
                if (i > 0)
                        *end++ = ',';
                end = (char *) memcpy(end, item, size) + size;
        }
        *end++ = ']';
        *ret_size = (size_t) (end - s);
        return s;
}

Test(json, memory_is_limited_and_not_only_the_size)
{
        static const struct {
                const char *item;
                size_t few, many; /* of them are read, and refused */
        } cases[] = {
                { "{}", 50000, 100000 },
                { "[]", 100000, 200000 },
                { "1", 500000, 1000000 },
                { "{\"a\":{}}", 20000, 60000 },
                { "\"{}\"", 50000, 100000 },
                /* In comments, which json-c reads, and between quotes that end nowhere else. */
                { "/*\"*/{}", 50000, 100000 },
                { "'\"',{}", 50000, 100000 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                for (int refused = 0; refused < 2; refused++) {
                        _cleanup_json_ struct json_object *o = NULL;
                        _cleanup_free_ char *s = NULL;
                        size_t size;

                        s = repeat(cases[i].item, refused ? cases[i].many : cases[i].few, &size);
                        cr_assert_eq(json_parse(s, size, &o), refused ? -E2BIG : 0, "%s %i", cases[i].item,
                                     refused);
                }
}
