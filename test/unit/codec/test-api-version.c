/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Versions of the engine's API. */

#include <criterion/criterion.h>
#include <string.h>

#include "codec/engine/api-version.h"
#include "util/cleanup.h"
#include "util/macro.h"

Test(api_version, parse_and_format)
{
        ApiVersion v;
        char s[API_VERSION_STRING_SIZE];

        cr_assert_eq(api_version_parse("1.41", &v), 0);
        cr_assert_eq(v.major, 1);
        cr_assert_eq(v.minor, 41);
        cr_assert_str_eq(api_version_format(v, s), "1.41");
        cr_assert_eq(api_version_parse("0.0", &v), 0);
        cr_assert_eq(api_version_parse("99999.99999", &v), 0);
        cr_assert_str_eq(api_version_format((ApiVersion){ 4294967295U, 4294967295U }, s),
                         "4294967295.4294967295");
}

Test(api_version, malformed)
{
        static const char *const bad[] = {
                "",         "1",    "1.",   ".1",    "1.2.3", "v1.41",    "1.41 ",
                " 1.41",    "1.-1", "1,41", "01.41", "1.041", "100000.1", "1.99999999999999999999",
                "1.41\r\n", "a.b"
        };
        ApiVersion v = { 7, 7 };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(api_version_parse(bad[i], &v), -EINVAL, "%s", bad[i]);
        cr_assert_eq(v.major, 7);
}

Test(api_version, order_is_by_number)
{
        cr_assert_lt(api_version_compare((ApiVersion){ 1, 9 }, (ApiVersion){ 1, 10 }), 0);
        cr_assert_gt(api_version_compare((ApiVersion){ 2, 0 }, (ApiVersion){ 1, 99 }), 0);
        cr_assert_eq(api_version_compare((ApiVersion){ 1, 41 }, (ApiVersion){ 1, 41 }), 0);
        cr_assert(api_version_at_least((ApiVersion){ 1, 44 }, 1, 44));
        cr_assert(!api_version_at_least((ApiVersion){ 1, 43 }, 1, 44));
}

static void check(const char *server, const char *fixed, int r, unsigned minor)
{
        ApiVersion v = { 7, 7 };

        cr_assert_eq(api_version_negotiate(server, fixed, &v), r, "%s, %s", server, fixed);
        cr_assert_eq(v.major, r < 0 ? 7 : 1);
        cr_assert_eq(v.minor, r < 0 ? 7 : minor);
}

Test(api_version, negotiate)
{
        check("1.41", NULL, 0, 41);
        check("1.41", "", 0, 41);
        check("1.24", NULL, 0, 24);
        check("1.99", NULL, 0, 51);
        check(NULL, NULL, 0, 24);
        check("1.23", NULL, -EPROTONOSUPPORT, 0);
        check("garbage", NULL, -EBADMSG, 0);
        check("", NULL, -EBADMSG, 0);
        check("1.41", "1.30", 0, 30);
        check(NULL, "1.30", 0, 30);
        check("1.41", "1.60", 0, 60);
        check("1.41", "1.12", -EPROTONOSUPPORT, 0);
        check("1.41", "latest", -EINVAL, 0);
}
