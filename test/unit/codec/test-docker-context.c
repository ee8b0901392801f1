/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Contexts of the docker CLI, and the names of their folders. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/registry/docker-context.h"
#include "codec/sha256.h"
#include "util/macro.h"

Test(docker_context, current)
{
        static const struct {
                const char *text, *name;
                int r;
        } rows[] = {
                { "{\"currentContext\": \"rootless\"}", "rootless", 0 },
                { "{\"CurrentContext\": \"a\"}", "a", 0 },
                { "{\"currentContext\": \"\"}", NULL, 0 },
                { "{\"currentContext\": null}", NULL, 0 },
                { "{}", NULL, 0 },
                { "", NULL, 0 },
                { " \n", NULL, 0 },
                { "{\"currentContext\": 7}", NULL, -EINVAL },
                { "{\"currentContext\": [\"a\"]}", NULL, -EINVAL },
                { "[]", NULL, -EBADMSG },
                { "{\"currentContext\": \"a\"", NULL, -EBADMSG },
                { "no", NULL, -EBADMSG },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char *name = NULL;

                cr_assert_eq(docker_context_current(rows[i].text, strlen(rows[i].text), &name), rows[i].r,
                             "%s", rows[i].text);
                if (rows[i].name)
                        cr_assert_str_eq(name, rows[i].name);
                else
                        cr_assert_null(name);
                free(name);
        }
}

Test(docker_context, meta)
{
        static const struct {
                const char *text, *host;
                int r;
                bool no_check;
        } rows[] = {
                { "{\"Endpoints\":{\"docker\":{\"Host\":\"unix:///a\"}}}", "unix:///a", 0, false },
                { "{\"Name\":\"x\",\"Endpoints\":{\"docker\":{\"Host\":\"tcp://"
                  "h:1\",\"SkipTLSVerify\":true}}}",
                  "tcp://h:1", 0, true },
                { "{\"endpoints\":{\"docker\":{\"HOST\":\"ssh://h\",\"SkipTLSVerify\":\"true\"}}}",
                  "ssh://h", 0, false },
                { "{\"Endpoints\":{\"kubernetes\":{\"Host\":\"tcp://h\"}}}", NULL, -ENOENT, false },
                { "{\"Endpoints\":{\"docker\":{\"Host\":\"\"}}}", NULL, -ENOENT, false },
                { "{\"Endpoints\":{\"docker\":{\"Host\":7}}}", NULL, -ENOENT, false },
                { "{\"Endpoints\":{\"docker\":\"tcp://h\"}}", NULL, -ENOENT, false },
                { "{\"Endpoints\":[]}", NULL, -ENOENT, false },
                { "{}", NULL, -ENOENT, false },
                { "", NULL, -EBADMSG, false },
                { "[]", NULL, -EBADMSG, false },
                { "{\"Endpoints\":{\"docker\":{\"Host\":\"unix:///a\"}}", NULL, -EBADMSG, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                DockerContext c = DOCKER_CONTEXT_NULL;

                cr_assert_eq(docker_context_parse(rows[i].text, strlen(rows[i].text), &c), rows[i].r, "%s",
                             rows[i].text);
                cr_assert_eq(c.no_check, rows[i].no_check);
                if (rows[i].host)
                        cr_assert_str_eq(c.host, rows[i].host);
                else
                        cr_assert_null(c.host);
                docker_context_done(&c);
        }
}

Test(docker_context, names)
{
        static const char *const good[] = { "rootless", "default", "a1", "my.host+x_y-z", "00" };
        static const char *const bad[] = { "", "a", "-a", ".a", "..", "a/b", "a b", "../x", "\xc3\xa4x" };

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                cr_assert(docker_context_name_is_valid(good[i]), "%s", good[i]);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_not(docker_context_name_is_valid(bad[i]), "%s", bad[i]);
}

/* Each number of bytes at which the padding changes, against sha256sum(1). */
Test(sha256, lengths)
{
        static const struct {
                size_t n;
                const char *hex;
        } rows[] = {
                { 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
                { 1, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" },
                { 3, "9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0" },
                { 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
                { 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
                { 57, "f13b2d724659eb3bf47f2dd6af1accc87b81f09f59f2b75e5c0bed6589dfe8c6" },
                { 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34" },
                { 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
                { 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0" },
                { 119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb" },
                { 120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c" },
                { 128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e" },
                { 200, "c2a908d98f5df987ade41b5fce213067efbcc21ef2240212a41e54b5e7c28ae5" },
        };
        char text[200], hex[SHA256_HEX_MAX];

        memset(text, 'a', sizeof(text));
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                sha256_hex(text, rows[i].n, hex);
                cr_assert_str_eq(hex, rows[i].hex, "%zu", rows[i].n);
        }
        sha256_hex("rootless", 8, hex);
        cr_assert_str_eq(hex, "12b961af5feb3e9d39f93b2cefb9a1a944f18d02cca0cac2f04f5a982240605f");
}
