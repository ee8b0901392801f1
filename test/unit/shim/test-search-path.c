/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* $PATH with our folder, and without it. */

#include <criterion/criterion.h>
#include <string.h>

#include "shim/search-path.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define OURS "/usr/libexec/systemd-docker"

Test(search_path, there_and_back)
{
        static const char *const table[] = { "/a",  "/a:/b",  "",          ":",      "/a:",
                                             ":/a", "/a::/b", OURS "x:/a", "/x" OURS };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_free_ char *with = search_path_prepend(table[i], OURS),
                                    *without = search_path_remove(with, OURS);

                cr_assert(search_path_begins_with(with, OURS), "%s", with);
                if (*table[i])
                        cr_assert_str_eq(without, table[i]);
        }
}

Test(search_path, no_path_is_the_usual_one)
{
        _cleanup_free_ char *none = search_path_prepend(NULL, OURS), *empty = search_path_prepend("", OURS);

        cr_assert_str_eq(none, empty);
        cr_assert_str_eq(none, OURS ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
}

Test(search_path, begins_with)
{
        cr_assert(search_path_begins_with(OURS, OURS));
        cr_assert(search_path_begins_with(OURS ":/a", OURS));
        cr_assert_not(search_path_begins_with(NULL, OURS));
        cr_assert_not(search_path_begins_with("", OURS));
        cr_assert_not(search_path_begins_with("/a:" OURS, OURS));
        cr_assert_not(search_path_begins_with(OURS "/x", OURS));
}

Test(search_path, removed_wherever_it_is)
{
        static const char *const table[][2] = {
                { OURS, "" },         { OURS ":" OURS, "" },        { "/a:" OURS ":/b:" OURS, "/a:/b" },
                { OURS ":/a", "/a" }, { OURS "x:/a", OURS "x:/a" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_free_ char *without = search_path_remove(table[i][0], OURS);

                cr_assert_str_eq(without, table[i][1]);
        }
}
