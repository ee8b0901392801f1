/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Setting and removing single members of JSON texts. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/macro.h"
#include "json/json-edit.h"

#define PATH(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define RUNTIME PATH("runtimes", "ours")

static void set(const char *before, const char *const *path, const char *value, const char *after)
{
        _cleanup_free_ char *text = NULL;
        size_t size;

        cr_assert_eq(json_edit_set(before, strlen(before), path, value, true, &text, &size), 0, "%s",
                     before);
        cr_assert_str_eq(text, after);
        cr_assert_eq(size, strlen(after));
        cr_assert_eq(json_edit_has(text, size, path), 1);
}

static void delete (const char *before, const char *const *path, const char *after)
{
        _cleanup_free_ char *text = NULL;
        size_t size;

        cr_assert_eq(json_edit_delete(before, strlen(before), path, &text, &size), 0, "%s", before);
        cr_assert_str_eq(text, after);
        cr_assert_eq(size, strlen(after));
        cr_assert_eq(json_edit_has(text, size, path), 0);
}

Test(json_edit, a_value_is_replaced_and_nothing_else)
{
        set("{\"a\":1,\"linux\":{\"x\":-0.50e+07,\"cgroupsPath\":\"system.slice:docker:1\" , \"y\":[1 "
            ",{}]}}\n",
            PATH("linux", "cgroupsPath"), "\"/new\"",
            "{\"a\":1,\"linux\":{\"x\":-0.50e+07,\"cgroupsPath\":\"/new\" , \"y\":[1 ,{}]}}\n");
        set("{\"a\":{\"b\":{\"c\":{\"d\":[\"x\"]}}}}", PATH("a", "b", "c", "d"), "7",
            "{\"a\":{\"b\":{\"c\":{\"d\":7}}}}");
}

Test(json_edit, of_several_all_are_replaced)
{
        set("{\"a\":1,\"b\":2,\"a\":{\"a\":3}}", PATH("a"), "0", "{\"a\":0,\"b\":2,\"a\":0}");
        set("{\"a\":{\"b\":1},\"a\":{\"b\":2}}", PATH("a", "b"), "0", "{\"a\":{\"b\":0},\"a\":{\"b\":0}}");
}

/* "\\u0061" is another spelling of "a": for a reader, the object would then have two of them. */
Test(json_edit, names_that_may_be_meant_are_not_guessed)
{
        static const char *const refused[] = { "{\"\\u0061\":{\"b\":1}}", "{\"a\":{\"b\":1,\"\\n\":1}}" };

        for (size_t i = 0; i < ELEMENTSOF(refused); i++)
                cr_assert_eq(json_edit_has(refused[i], strlen(refused[i]), PATH("a", "b")), -EBADMSG);
        set("{\"x\":{\"\\u0061\":1},\"a\":{\"b\":{\"\\n\":\"\\n\"}}}", PATH("a", "b"), "0",
            "{\"x\":{\"\\u0061\":1},\"a\":{\"b\":0}}");
}

Test(json_edit, only_where_the_path_leads)
{
        set("{\"b\":1,\"x\":{\"a\":{\"b\":2}},\"l\":[{\"a\":{\"b\":3}}],\"a\":{\"x\":{\"b\":4},\"b\":5}}",
            PATH("a", "b"), "0",
            "{\"b\":1,\"x\":{\"a\":{\"b\":2}},\"l\":[{\"a\":{\"b\":3}}],\"a\":{\"x\":{\"b\":4},\"b\":0}}");
}

Test(json_edit, what_was_put_in_goes_without_a_trace)
{
        static const char *const texts[][2] = {
                { "{\"live\": true}", "{\"runtimes\": {\"ours\": {}},\"live\": true}" },
                { "{\n\t\"live\": true\n}\n", "{\n\t\"runtimes\": {\"ours\": {}},\n\t\"live\": true\n}\n" },
                { "{}", "{\"runtimes\": {\"ours\": {}}}" },
                { " { } \n", " {\"runtimes\": {\"ours\": {}} } \n" },
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                set(texts[i][0], RUNTIME, "{}", texts[i][1]);
                delete (texts[i][1], PATH("runtimes"), texts[i][0]);
        }
        set("{\"runtimes\": { \"crun\": {} }}", RUNTIME, "{}",
            "{\"runtimes\": { \"ours\": {}, \"crun\": {} }}");
        delete ("{\"runtimes\": { \"ours\": {}, \"crun\": {} }}", RUNTIME,
                "{\"runtimes\": { \"crun\": {} }}");
}

Test(json_edit, deleted_wherever_it_stands)
{
        delete ("{\"a\":1}", PATH("a"), "{}");
        delete ("{\"a\":1 , \"b\":2}", PATH("a"), "{\"b\":2}");
        delete ("{\"a\":1 , \"b\":2}", PATH("b"), "{\"a\":1 }");
        delete ("{\"a\":1,\"b\":[2],\"c\":3}", PATH("b"), "{\"a\":1,\"c\":3}");
}

Test(json_edit, what_there_is_not)
{
        _cleanup_free_ char *text = NULL;
        size_t size;

        cr_assert_eq(json_edit_set("{\"l\":{}}", 8, PATH("linux", "x"), "1", false, &text, &size), -ENOENT);
        cr_assert_eq(json_edit_set("{\"linux\":[]}", 12, PATH("linux", "x"), "1", false, &text, &size),
                     -ENOENT);
        cr_assert_eq(json_edit_delete("{\"a\":1}", 7, PATH("b"), &text, &size), -ENOENT);
        cr_assert_eq(json_edit_delete("{\"a\":1,\"a\":2}", 13, PATH("a"), &text, &size), -EBADMSG);
        cr_assert_null(text);
}

Test(json_edit, what_is_no_object_of_json)
{
        static const char *const bad[] = {
                "",
                " ",
                "[]",
                "7",
                "null",
                "{",
                "{}}",
                "{}x",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":1.}",
                "{\"a\":.1}",
                "{\"a\":1e}",
                "{\"a\":+1}",
                "{\"a\":-}",
                "{\"a\":nul}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"\\",
                "{\"a\":[1,]}",
                "{\"a\":[1 2]}",
                "{\"a\":[}",
                "{\"a\":1]",
                "{\"a\" 1}",
                "\xef\xbb\xbf{}",
                "{\"a\":\"",
                "{\"a\":/**/1}",
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(json_edit_has(bad[i], strlen(bad[i]), PATH("a")), -EBADMSG, "%s", bad[i]);
        cr_assert_eq(json_edit_has("{\"a\":\"\0\"}", 9, PATH("a")), -EBADMSG);
        cr_assert_eq(json_edit_has("{\"a\":\"\\\0\"}", 10, PATH("a")), -EBADMSG);
}

Test(json_edit, depth_has_a_limit)
{
        char text[4096] = "{\"a\":";
        size_t n = strlen(text);

        memset(text + n, '[', 2000);
        memset(text + n + 2000, ']', 2000);
        strcpy(text + n + 4000, "}");
        cr_assert_eq(json_edit_has(text, strlen(text), PATH("a")), -EBADMSG);
        memset(text + n, '[', 500);
        memset(text + n + 500, ']', 500);
        strcpy(text + n + 1000, "}");
        cr_assert_eq(json_edit_has(text, strlen(text), PATH("a")), 1);
}

Test(json_edit, the_text_of_a_value)
{
        static const char *const path[] = { "a", "b", NULL };
        static const struct {
                const char *text, *value; /* NULL: an error */
                int error;
        } table[] = {
                { "{\"a\": {\"b\": \"x:y\" } }", "\"x:y\"", 0 },
                { "{\"a\":{\"c\":1,\"b\":[1, {}]}}", "[1, {}]", 0 },
                { "{\"b\":1}", NULL, -ENOENT },
                { "{\"a\":{\"b\":1,\"b\":2}}", NULL, -EBADMSG },
                { "{\"a\":{\"b\":1}", NULL, -EBADMSG },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_free_ char *value = NULL;
                int r = json_edit_get(table[i].text, strlen(table[i].text), path, &value);

                cr_assert_eq(r, table[i].error, "%s", table[i].text);
                if (table[i].value)
                        cr_assert_str_eq(value, table[i].value);
        }
}

Test(json_edit, quoted)
{
        static const char *const words[][2] = {
                { "", "\"\"" },
                { "/system.slice/a\\x2db.service", "\"/system.slice/a\\\\x2db.service\"" },
                { "\"\n\x01\x7f\xc3\xa4", "\"\\\"\\u000a\\u0001\x7f\xc3\xa4\"" },
        };

        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                _cleanup_free_ char *quoted = json_edit_quote(words[i][0]);

                cr_assert_str_eq(quoted, words[i][1]);
        }
}
