/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The note from the supervisor to the runtime. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "codec/cgroup/placement-note.h"
#include "util/cleanup.h"
#include "util/macro.h"

Test(announcement, there_and_back)
{
        static const char *const paths[] = { "/a", "/system.slice/web.service",
                                             "/system.slice/a\\x2db.service/..x/.y" };

        for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
                _cleanup_(placement_note_done) PlacementNote back = PLACEMENT_NOTE_NULL;
                _cleanup_free_ char *text = NULL;
                const PlacementNote a = { .cgroup = (char *) paths[i], .cgroup_id = UINT64_MAX };

                cr_assert_eq(placement_note_format(&a, &text), 0);
                cr_assert_eq(placement_note_parse(text, &back), 0, "%s", text);
                cr_assert_str_eq(back.cgroup, paths[i]);
                cr_assert_eq(back.cgroup_id, UINT64_MAX);
        }
}

Test(announcement, with_a_runtime)
{
        _cleanup_(placement_note_done) PlacementNote back = PLACEMENT_NOTE_NULL;
        _cleanup_free_ char *text = NULL;
        PlacementNote a = { .cgroup = (char *) "/a", .runtime = (char *) "/opt/crun-1.2", .cgroup_id = 1 };

        cr_assert_eq(placement_note_format(&a, &text), 0);
        cr_assert_str_eq(text, "CGROUP=/a\nCGROUP_ID=1\nRUNTIME=/opt/crun-1.2\n");
        cr_assert_eq(placement_note_parse(text, &back), 0);
        cr_assert_str_eq(back.runtime, "/opt/crun-1.2");
        a.runtime = (char *) "a b";
        cr_assert_eq(placement_note_format(&a, &text), -EINVAL);
        a.runtime = (char *) "";
        cr_assert_eq(placement_note_format(&a, &text), -EINVAL);
        a.runtime = (char *) "a\nCGROUP=/b";
        cr_assert_eq(placement_note_format(&a, &text), -EINVAL);
}

Test(announcement, paths_that_are_not_fit)
{
        static const char *const bad[] = { "",
                                           "/",
                                           "a",
                                           "a/b",
                                           "//",
                                           "/a/",
                                           "/a//b",
                                           "/..",
                                           "/a/../b",
                                           "/.",
                                           "/a/./b",
                                           "/a b",
                                           "/a\nCGROUP_ID=1",
                                           "/\x7f",
                                           "/\xc3\xa4" };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                const PlacementNote a = { .cgroup = (char *) bad[i], .cgroup_id = 1 };
                char *text = NULL;

                cr_assert_eq(placement_note_format(&a, &text), -EINVAL, "%s", bad[i]);
        }
}

Test(announcement, texts_that_are_none)
{
        static const char *const bad[] = {
                "",
                "\n",
                "CGROUP=/a\n",
                "CGROUP_ID=1\n",
                "CGROUP=/a\nCGROUP_ID=1",
                "CGROUP=/a\nCGROUP_ID=0\n",
                "CGROUP=/a\nCGROUP_ID=\n",
                "CGROUP=/a\nCGROUP_ID=-1\n",
                "CGROUP=/a\nCGROUP_ID=18446744073709551616\n",
                "CGROUP=/a\nCGROUP_ID=1x\n",
                "CGROUP=/a\nCGROUP=/a\nCGROUP_ID=1\n",
                "CGROUP=/a\nCGROUP_ID=1\nCGROUP_ID=1\n",
                "CGROUP=/../a\nCGROUP_ID=1\n",
                "CGROUP=/a\nCGROUP_ID=1\nRUNTIME=\n",
                "CGROUP=/a\nCGROUP_ID=1\nRUNTIME=a b\n",
                "CGROUP=/a\nCGROUP_ID=1\nRUNTIME=a\nRUNTIME=a\n",
                "CGROUP=\nCGROUP_ID=1\n",
                "cgroup=/a\nCGROUP_ID=1\n",
        };
        PlacementNote a;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(placement_note_parse(bad[i], &a), -EBADMSG, "%s", bad[i]);
}

Test(announcement, folder_of_the_cgroup)
{
        const PlacementNote a = { .cgroup = (char *) "/system.slice/web.service", .cgroup_id = 1 };
        _cleanup_free_ char *folder = NULL;

        cr_assert_eq(placement_note_folder(&a, &folder), 0);
        cr_assert_str_eq(folder, "/sys/fs/cgroup/system.slice/web.service");
}

Test(announcement, what_a_later_version_may_add)
{
        _cleanup_(placement_note_done) PlacementNote a = PLACEMENT_NOTE_NULL;

        cr_assert_eq(placement_note_parse("VERSION=9\nCGROUP_ID=7\n\nCGROUP=/a\nCGROUPS=x\n", &a), 0);
        cr_assert_str_eq(a.cgroup, "/a");
        cr_assert_eq(a.cgroup_id, 7);
}
