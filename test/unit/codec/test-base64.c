/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Base64. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "codec/registry/base64.h"
#include "util/cleanup.h"
#include "util/macro.h"

Test(base64, decodes)
{
        static const char *const cases[][2] = {
                { "", "" },
                { "Zg==", "f" },
                { "Zm8=", "fo" },
                { "Zm9v", "foo" },
                { "Zm9vYg==", "foob" },
                { "Zm9vYmE=", "fooba" },
                { "Zm9vYmFy", "foobar" },
                { "Zm\r\n9v\n", "foo" },
                { "Zg=\n=", "f" },
                { "Zh==", "f" },
                { "++//", "\xfb\xef\xff" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *s = NULL;
                size_t size;

                cr_assert_eq(base64_decode(cases[i][0], strlen(cases[i][0]), &s, &size), 0, "%s",
                             cases[i][0]);
                cr_assert_str_eq(s, cases[i][1]);
                cr_assert_eq(size, strlen(cases[i][1]));
        }
}

Test(base64, refuses)
{
        static const char *const bad[] = { "Z",    "Zg",        "Zg=",      "Zg=a",  "=",
                                           "====", "Z===",      "Zg==Zg==", "Zm9v=", "Z g=",
                                           "-_-_", "Zm9v Zm9v", "Zm8=\nZ" };
        char *s = (char *) 42;
        size_t size = 42;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(base64_decode(bad[i], strlen(bad[i]), &s, &size), -EINVAL, "%s", bad[i]);
        cr_assert_eq(s, (char *) 42);
        cr_assert_eq(size, 42);
}

Test(base64, encodes_for_urls)
{
        static const char *const cases[][2] = {
                { "", "" },        { "f", "Zg==" },          { "fo", "Zm8=" },
                { "foo", "Zm9v" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xef\xff", "--__" },
                { "{}", "e30=" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *s = base64url_encode(cases[i][0], strlen(cases[i][0]));

                cr_assert_str_eq(s, cases[i][1]);
        }
}
