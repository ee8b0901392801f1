/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The content of a claim, and names of units and users. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "codec/systemd/claim-text.h"
#include "util/macro.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

Test(claim_text, there_and_back)
{
        static const ClaimText claims[] = {
                { .pid = 1, .start = 0, .unit = "web.service" },
                { .pid = 4194304,
                  .start = UINT64_C(9999999999999),
                  .id = ID,
                  .user = "4294967295",
                  .unit = "a@b\\x2d.service" },
                { .pid = 77, .start = 5, .id = ID, .user = "0", .unit = CLAIM_BY_HAND },
        };

        for (size_t i = 0; i < ELEMENTSOF(claims); i++) {
                char text[CLAIM_TEXT_MAX];
                ClaimText c;

                claim_text_format(&claims[i], text);
                cr_assert_eq(claim_text_parse(text, &c), 0, "%s", text);
                cr_assert_eq(memcmp(&c, &claims[i], sizeof(c)), 0, "%s", text);
        }
}

Test(claim_text, longest_one_fits)
{
        ClaimText c = { .pid = INT32_MAX, .start = UINT64_MAX, .id = ID, .user = "4294967295" }, again;
        char text[CLAIM_TEXT_MAX];

        memset(c.unit, 'u', sizeof(c.unit) - 1);
        claim_text_format(&c, text);
        cr_assert_eq(text[strlen(text) - 1], '\n');
        c.pid = 999999999;
        c.start = UINT64_C(9999999999999999999);
        claim_text_format(&c, text);
        cr_assert_eq(claim_text_parse(text, &again), 0);
}

Test(claim_text, no_such_text)
{
        static const char *const bad[] = {
                "",
                "\n",
                "1 2 - - web.service",   /* cut off */
                "0 2 - - web.service\n", /* nobody's pid */
                "-1 2 - - web.service\n",
                "1 2 abc - web.service\n", /* no id */
                "1 2 " ID "0 - web.service\n",
                "1 2 - root web.service\n",
                "1 2 - - \n",
                "1 2 - - web service\n",
                "1 2 - - web\033[31m.service\n",
                "1 2 - - ../web\n",
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                ClaimText c;

                cr_assert_eq(claim_text_parse(bad[i], &c), -EBADMSG, "%s", bad[i]);
        }
}
