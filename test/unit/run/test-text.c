/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Text, paths, records, files of variables, seccomp profiles, images and proxies. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include "run/client-config.h"
#include "run/context.h"
#include "run/csv.h"
#include "run/env-file.h"
#include "run/reference.h"
#include "util/macro.h"
#include "json/json-compact.h"

static char *home(char *const *environment)
{
        return context_home(&(CliContext){ .environment = environment, .dir_fd = AT_FDCWD });
}

Test(text, home)
{
        char *const with[] = { (char *) "HOME=/somewhere", NULL }, *const empty[] = { (char *) "HOME=",
                                                                                      NULL };
        _cleanup_free_ char *given = home(with), *known = home(empty);
        struct passwd *user = getpwuid(getuid());

        cr_assert_str_eq(given, "/somewhere");
        cr_assert_str_eq(known, user ? user->pw_dir : "/root");
}

Test(text, paths)
{
        static const char *const table[][2] = {
                { "", "." },
                { "/", "/" },
                { "//", "/" },
                { "a/", "a" },
                { "a//b", "a/b" },
                { "./a", "a" },
                { "a/..", "." },
                { "../a", "../a" },
                { "a/../..", ".." },
                { "/..", "/" },
                { "/../a", "/a" },
                { "/a/./b/..", "/a" },
                { "../../a/../b", "../../b" },
                { "/a/b/../../../c", "/c" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_free_ char *clean = path_clean(table[i][0]);

                cr_assert_str_eq(clean, table[i][1], "%s: %s", table[i][0], clean);
        }
}

Test(text, utf8)
{
        _cleanup_json_ struct json_object *nul = json_text_n("a\0b", 3), *repaired = json_text("a\xff\xc3");

        cr_assert(utf8_valid("aé日😀", strlen("aé日😀")));
        cr_assert(!utf8_valid("\xc0\x80", 2));
        cr_assert(!utf8_valid("\xed\xa0\x80", 3));
        cr_assert(!utf8_valid("\xf4\x90\x80\x80", 4));
        cr_assert(!utf8_valid("\xc3", 1));
        cr_assert_eq(json_object_get_string_len(nul), 3);
        cr_assert_str_eq(json_object_get_string(repaired), "a\xef\xbf\xbd\xef\xbf\xbd");
}

Test(text, trim)
{
        _cleanup_free_ char *bare = text_trim(" \t\xc2\xa0x y\xe3\x80\x80\n"), *none = text_trim(" "),
                            *bytes = text_trim("\xa0x");

        cr_assert_str_eq(bare, "x y");
        cr_assert_str_eq(none, "");
        cr_assert_str_eq(bytes, "\xa0x");
}

Test(text, records)
{
        static const struct {
                const char *s, *fields[5];
        } table[] = {
                { "a,b", { "a", "b" } },
                { "a", { "a" } },
                { ",", { "", "" } },
                { "\"a,b\",c", { "a,b", "c" } },
                { "\"a\"\"b\"", { "a\"b" } },
                { "\n\r\na\r\nb", { "a" } },
                { "\"a\nb\",c", { "a\nb", "c" } },
                { "a,\"\"", { "a", "" } },
        };
        static const char *const bad[] = { "", "\n", "a\"b", "\"a", "\"a\"b", "a,\"b" };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_strvec_ StrVec fields = {};

                cr_assert_eq(csv_parse(table[i].s, &fields), 0, "%s", table[i].s);
                for (size_t k = 0; table[i].fields[k]; k++)
                        cr_assert(k < fields.n && strcmp(fields.items[k], table[i].fields[k]) == 0, "%s",
                                  table[i].s);
        }
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                StrVec fields = {};

                cr_assert_eq(csv_parse(bad[i], &fields), -EINVAL, "%s", bad[i]);
        }
}

Test(text, files_of_variables)
{
        static const struct {
                const char *s, *expected; /* NULL: refused */
        } table[] = {
                { "A=1\n# x\n\n  B=2 \r\nC\nD=#\n", "[\"A=1\",\"B=2 \",\"C=here\",\"D=#\"]" },
                { "\xef\xbb\xbf"
                  "A==",
                  "[\"A==\"]" },
                { "NOT", "[]" },
                { "", "[]" },
                { "export A=1", NULL },
                { "=1", NULL },
                { "A\tB", NULL },
                { "A=\xff", NULL },
        };
        char *environment[] = { (char *) "C=here", NULL };
        const CliContext context = { .environment = environment };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_json_ struct json_object *array = json_object_new_array();
                const char *reason = NULL;
                size_t line;
                int r = env_file_parse(table[i].s, strlen(table[i].s), &context, array, &reason, &line);

                cr_assert_eq(r, table[i].expected ? 0 : -EINVAL, "%s", table[i].s);
                if (table[i].expected)
                        cr_assert_str_eq(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PLAIN),
                                         table[i].expected);
        }
}

Test(text, profiles)
{
        static const struct {
                const char *s, *expected;
        } table[] = {
                { " { \"a b\" : [ 1 , 2.50e+3 ] }\n", "{\"a b\":[1,2.50e+3]}" },
                { "[ ]", "[]" },
                { "null", "null" },
                { "\"\\u0041\"", "\"\\u0041\"" },
                { "", NULL },
                { "{", NULL },
                { "[1,]", NULL },
                { "01", NULL },
                { "{\"a\"}", NULL },
                { "{a:1}", NULL },
                { "[1 2]", NULL },
                { "1 2", NULL },
                { "\"\t\"", NULL },
                { "[}", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_free_ char *compact = NULL;
                size_t size;
                int r = json_compact(table[i].s, strlen(table[i].s), &compact, &size);

                cr_assert_eq(r, table[i].expected ? 0 : -EINVAL, "%s", table[i].s);
                if (table[i].expected)
                        cr_assert_str_eq(compact, table[i].expected);
        }
}

Test(text, images)
{
        static const char *const good[] = {
                "a",
                "a:1",
                "a/b/c",
                "Host/b",
                "h.x:5000/a__b",
                "[::1]:5/a",
                "localhost/a",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        };
        static const char *const bad[] = { "",    "A",    "a:",  "a@x",      "a//b",       "-a",
                                           "a b", "a:-b", "a/B", "http://a", "a@sha256:00" };

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                cr_assert_null(image_reference_check(good[i]), "%s", good[i]);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_not_null(image_reference_check(bad[i]), "%s", bad[i]);
}

Test(text, proxies)
{
        static const char config[] = "{\"proxies\":{\"default\":{\"httpProxy\":\"d\"},\"tcp://"
                                     "h\":{\"httpProxy\":\"h\",\"noProxy\":\"n\"}}}";
        _cleanup_json_ struct json_object *o = json_object_new_object(), *other = json_object_new_object();

        cr_assert(json_object_object_add(o, "HTTP_PROXY", json_object_new_string("mine")) >= 0);
        cr_assert(proxies_parse(config, strlen(config), "tcp://h", o) >= 0);
        cr_assert_str_eq(
                json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN),
                "{\"HTTP_PROXY\":\"mine\",\"http_proxy\":\"h\",\"NO_PROXY\":\"n\",\"no_proxy\":\"n\"}");
        cr_assert(proxies_parse(config, strlen(config), "unix://", other) >= 0);
        cr_assert_str_eq(json_object_get_string(json_object_object_get(other, "http_proxy")), "d");
}
