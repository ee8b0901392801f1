/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Names of containers. */

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/container-name.h"

Test(container_name, good)
{
        static const char *const good[] = { "a", "Z", "0", "web", "web.service", "a_b-c.d", "a..", "9-" };

        for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
                cr_assert(container_name_is_valid(good[i], strlen(good[i])), "%s", good[i]);
}

Test(container_name, bad)
{
        static const char *const bad[] = { "",    ".",   "..",   "/",    "a/b",      "-a",    "_a", ".a",
                                           "a b", "a@b", "a\\b", "a\nb", "\xc3\xa4", "a\xff", "a:b" };

        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
                cr_assert_not(container_name_is_valid(bad[i], strlen(bad[i])), "%s", bad[i]);
        cr_assert_not(container_name_is_valid("a\0b", 3));
        cr_assert_not(container_name_is_valid("\0", 1));
}

Test(container_name, only_so_much_of_it_is_looked_at)
{
        cr_assert(container_name_is_valid("web/notify", 3));
}

Test(container_name, as_long_as_a_folder_may_be)
{
        char name[NAME_MAX + 1];

        memset(name, 'n', sizeof(name));
        cr_assert(container_name_is_valid(name, NAME_MAX));
        cr_assert_not(container_name_is_valid(name, NAME_MAX + 1));
}

Test(container_name, of_units)
{
        static const char *const rows[][2] = {
                { "web.service", "web" },
                { "web@1.service", "web-1" },
                { "web@a@b.service", "web-a-b" },
                { "srv-data@var-lib.service", "srv-data-var-lib" },
                { "a\\x2db.service", "a_x2db" },
                { "backup@srv\\x2ddata.service", "backup-srv_x2ddata" },
                { "x:y.service", "x_x3ay" },
                { "a.service", "unit-a" },
                { "@.service", "unit--" },
                { "-.service", "unit--" },
                { "_web.service", "unit_web" },
                { "-web.service", "unit-web" },
                { "\\x2fweb.service", "unit_x2fweb" },
                { ":a.service", "unit_x3aa" },
                { "a.b.service.service", "a.b.service" },
                { "\xc3\xa4.service", "unit_xc3_xa4" },
                { "0.service", "unit-0" },
                { "ab.service", "ab" },
        };

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char *name = NULL;

                cr_assert_eq(container_name_of_unit(rows[i][0], &name), 0);
                cr_assert_str_eq(name, rows[i][1]);
                cr_assert(container_name_is_valid(name, strlen(name)) && strlen(name) > 1);
                free(name);
        }
}

Test(container_name, of_what_is_no_service)
{
        static const char *const bad[] = { "", ".service", "web.scope", "web", "service", "web.service.d" };
        char *name = NULL;

        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
                cr_assert_eq(container_name_of_unit(bad[i], &name), -EINVAL, "%s", bad[i]);
        cr_assert_null(name);
}

Test(container_name, of_long_units)
{
        char unit[1024], *one = NULL, *two = NULL;

        for (const char *c = "a:@\\-"; *c; c++) {
                memset(unit, *c, 240);
                (void) strcpy(unit + 240, ".service");
                cr_assert_eq(container_name_of_unit(unit, &one), 0);
                unit[239] = 'z';
                cr_assert_eq(container_name_of_unit(unit, &two), 0);
                cr_assert_str_neq(one, two);
                cr_assert(container_name_is_valid(one, strlen(one)));
                cr_assert(container_name_is_valid(two, strlen(two)));
                free(one);
                free(two);
        }
}

Test(container_name, wrong_letters)
{
        cr_assert_eq(container_name_wrong_letter("web"), 0);
        cr_assert_eq(container_name_wrong_letter("/web"), 0);
        cr_assert_eq(container_name_wrong_letter(""), 0);
        cr_assert_eq(container_name_wrong_letter("-web_1.x"), 0);
        cr_assert_eq(container_name_wrong_letter("web@a.service"), '@');
        cr_assert_eq(container_name_wrong_letter("a\\x2d@b"), '\\');
        cr_assert_eq(container_name_wrong_letter("a/b"), '/');
        cr_assert_eq(container_name_wrong_letter("\xff"), '\xff');
}
