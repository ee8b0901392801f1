/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <criterion/criterion.h>
#include <string.h>

#include "quadlet/multi-file.h"
#include "util/cleanup.h"

Test(multi_file, parts)
{
        static const char text[] =
                "# a head without a unit\n---\n# FileName=web\n[Container]\nImage=x\n---\n"
                "[Volume]\n---\n# FileName=db.network\n[Network]\n---\n---\n# FileName=x\nnothing=1\n";
        static const struct {
                const char *name;
                unsigned line;
        } expected[] = { { "web.container", 3 }, { NULL, 7 }, { "db.network", 9 }, { NULL, 13 } };
        const char *at = text;
        unsigned line = 1;
        MultiPart p;
        size_t n = 0;

        while (multi_file_next(&at, text + sizeof(text) - 1, &line, &p) > 0) {
                cr_assert_lt(n, 4);
                if (expected[n].name)
                        cr_expect_str_eq(p.name, expected[n].name);
                else
                        cr_expect(!p.name && p.what);
                cr_expect_eq(p.first_line, expected[n].line);
                free(p.name);
                n++;
        }
        cr_expect_eq(n, 4);
}

Test(multi_file, names_that_leave_the_folder)
{
        static const char text[] = "# FileName=../x\n[Container]\n";
        const char *at = text;
        unsigned line = 1;
        MultiPart p;

        cr_assert_eq(multi_file_next(&at, text + sizeof(text) - 1, &line, &p), 1);
        cr_expect_null(p.name);
}
