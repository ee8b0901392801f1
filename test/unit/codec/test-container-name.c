/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Names of containers. */

#include <criterion/criterion.h>
#include <limits.h>
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
