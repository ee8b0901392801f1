/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The number and the mark of a cgroup's folder. Any folder has both. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "util/cgroup-folder.h"
#include "util/cleanup.h"
#include "util/fd.h"

static char folder[] = "/tmp/test-cgroup-folder.XXXXXX", link_path[64];

static void setup(void)
{
        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(link_path, sizeof(link_path), "%s.link", folder);
}

static void teardown(void)
{
        (void) unlink(link_path);
        (void) rmdir(folder);
}

TestSuite(cgroup_folder, .init = setup, .fini = teardown);

Test(cgroup_folder, is_known_by_its_number)
{
        _cleanup_close_ int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), again = -EBADF;
        uint64_t id = 0;
        struct stat st;

        cr_assert_eq(cgroup_folder_read_id(fd, &id), 0);
        cr_assert_eq(fstat(fd, &st), 0);
        cr_assert_eq(id, st.st_ino);
        again = cgroup_folder_open(folder, id);
        cr_assert_geq(again, 0);
        cr_assert_eq(cgroup_folder_open(folder, id + 1), -ESTALE);
        cr_assert_eq(rmdir(folder), 0);
        cr_assert_eq(cgroup_folder_open(folder, id), -ENOENT);
        cr_assert_eq(cgroup_folder_read_id(-EBADF, &id), -EBADF);
}

Test(cgroup_folder, a_link_is_none)
{
        uint64_t id = 0;
        _cleanup_close_ int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        cr_assert_eq(cgroup_folder_read_id(fd, &id), 0);
        cr_assert_eq(symlink(folder, link_path), 0);
        cr_assert_lt(cgroup_folder_open(link_path, id), 0);
        cr_assert_lt(cgroup_folder_open("/dev/null", id), 0);
}

Test(cgroup_folder, delegation_is_a_mark)
{
        static const char name[] = "trusted.delegate";
        _cleanup_close_ int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        cr_assert_not(cgroup_folder_is_delegated(fd));
        cr_assert_not(cgroup_folder_is_delegated(-EBADF));
        if (fsetxattr(fd, name, "1", 1, 0) < 0)
                cr_skip_test(
                        "no trusted attributes can be set here: needs root and a file system with them");
        cr_assert(cgroup_folder_is_delegated(fd));
        cr_assert_eq(fsetxattr(fd, name, "0", 1, 0), 0);
        cr_assert_not(cgroup_folder_is_delegated(fd));
        cr_assert_eq(fsetxattr(fd, name, "11", 2, 0), 0);
        cr_assert_not(cgroup_folder_is_delegated(fd));
}
