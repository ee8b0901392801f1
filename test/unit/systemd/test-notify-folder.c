/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "systemd/notify-folder.h"
#include "util/cleanup.h"

#define BASE "/run/systemd-docker"

static char top[] = "/tmp/notify-folder.XXXXXX", base[64];

static void setup(void)
{
        cr_assert_not_null(mkdtemp(top));
        (void) snprintf(base, sizeof(base), "%s/base", top);
}

static void teardown(void)
{
        (void) rmdir(base);
        cr_assert_eq(rmdir(top), 0);
}

TestSuite(notify_folder, .init = setup, .fini = teardown);

static unsigned mode_of(const char *path)
{
        struct stat st;

        return lstat(path, &st) < 0 ? 0 : st.st_mode & 07777;
}

Test(notify_folder, path_is_made_of_the_name)
{
        _cleanup_free_ char *path = notify_folder_path(BASE, "web-1.service");

        cr_assert_str_eq(path, BASE "/web-1.service/notify");
        cr_assert(notify_folder_is_ours(BASE, path));
}

Test(notify_folder, name_that_is_none_gives_one_at_random)
{
        static const char *const names[] = { NULL, "", ".", "..", "a/b", "/a", "a\nb", "_a", "\xc3\xa4" };
        char longest[NAME_MAX + 2];

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                _cleanup_free_ char *a = notify_folder_path(BASE, names[i]),
                                    *b = notify_folder_path(BASE, names[i]);

                cr_assert_eq(strncmp(a, BASE "/unnamed-", strlen(BASE "/unnamed-")), 0, "%s", a);
                cr_assert_str_neq(a, b);
                cr_assert(notify_folder_is_ours(BASE, a));
        }
        memset(longest, 'a', sizeof(longest));
        longest[NAME_MAX + 1] = 0;
        for (int cut = 0; cut < 2; cut++, longest[NAME_MAX] = 0) {
                _cleanup_free_ char *path = notify_folder_path(BASE, longest);

                cr_assert_eq(strstr(path, "unnamed-") == NULL, cut == 1);
        }
}

Test(notify_folder, others_are_not_ours)
{
        static const char *const others[] = { "",
                                              "/etc",
                                              BASE,
                                              BASE "/",
                                              BASE "/a",
                                              BASE "/a/",
                                              BASE "//notify",
                                              BASE "/../notify",
                                              BASE "/a/../notify",
                                              BASE "/a/b/notify",
                                              BASE "/a/notify/",
                                              BASE "/a/notify2",
                                              BASE "2/a/notify" };

        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                cr_assert_not(notify_folder_is_ours(BASE, others[i]), "%s", others[i]);
        cr_assert(notify_folder_is_ours(BASE, BASE "/a/notify"));
}

Test(notify_folder, made_with_its_modes_and_removed)
{
        _cleanup_free_ char *path = notify_folder_path(base, "web");
        char folder[128], socket[128];

        (void) snprintf(folder, sizeof(folder), "%s/web", base);
        (void) snprintf(socket, sizeof(socket), "%s/" NOTIFY_FOLDER_SOCKET, path);
        (void) umask(0077);
        cr_assert_eq(notify_folder_make(path), 0);
        cr_assert_eq(mode_of(base), 0755);
        cr_assert_eq(mode_of(folder), 0700);
        cr_assert_eq(mode_of(path), 0755);

        /* as the engine creates it if it is missing */
        cr_assert_eq(chmod(folder, 0755), 0);
        cr_assert_eq(notify_folder_make(path), 0);
        cr_assert_eq(mode_of(folder), 0700);

        cr_assert_eq(close(creat(socket, 0600)), 0);
        cr_assert_eq(notify_folder_set_ready(path, "x"), 0);
        notify_folder_remove(path);
        cr_assert_eq(access(folder, F_OK), -1);
        notify_folder_remove(path);
}

Test(notify_folder, does_not_follow_links)
{
        _cleanup_free_ char *path = notify_folder_path(base, "web");
        char folder[128], elsewhere[128];

        (void) snprintf(folder, sizeof(folder), "%s/web", base);
        (void) snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", top);
        cr_assert_eq(mkdir(base, 0755), 0);
        cr_assert_eq(mkdir(elsewhere, 0755), 0);
        cr_assert_eq(symlink(elsewhere, folder), 0);
        cr_assert_eq(notify_folder_make(path), -ENOTDIR);
        cr_assert_eq(mode_of(elsewhere), 0755);
        cr_assert_eq(unlink(folder), 0);
        cr_assert_eq(rmdir(elsewhere), 0); /* so it is still empty */
}

Test(notify_folder, remembers_one_life)
{
        _cleanup_free_ char *path = notify_folder_path(base, "web");

        cr_assert_not(notify_folder_is_ready(path, "life 1"));
        cr_assert_eq(notify_folder_make(path), 0);
        cr_assert_not(notify_folder_is_ready(path, "life 1"));
        cr_assert_eq(notify_folder_set_ready(path, "life 1"), 0);
        cr_assert(notify_folder_is_ready(path, "life 1"));
        cr_assert_not(notify_folder_is_ready(path, "life 2"));
        cr_assert_not(notify_folder_is_ready(path, "life"));
        notify_folder_remove(path);
        cr_assert_not(notify_folder_is_ready(path, "life 1"));
}
