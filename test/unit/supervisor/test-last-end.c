/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* How the last life ended: a note that is read once. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "supervisor/last-end.h"
#include "util/cleanup.h"

Test(last_end, note_is_read_once)
{
        char folder[] = "/tmp/test-last-end.XXXXXX", base[64], command[80];

        cr_assert(mkdtemp(folder));
        (void) snprintf(base, sizeof(base), "%s/base", folder);
        cr_assert_eq(last_end_take(base, "web.service"), -ENOENT);
        last_end_write(base, "web.service", 7);
        last_end_write(base, "other.service", 0);
        last_end_write(base, "../evil.service", 1);
        cr_assert_eq(last_end_take(base, "web.service"), 7);
        cr_assert_eq(last_end_take(base, "web.service"), -ENOENT);
        last_end_write(base, "other.service", 137);
        cr_assert_eq(last_end_take(base, "other.service"), 137);
        cr_assert_eq(last_end_take(base, "../evil.service"), -EINVAL);
        (void) snprintf(command, sizeof(command), "rm -r %s", folder);
        cr_assert_eq(system(command), 0);
}

/* A folder that others may write to is no place for it. */
Test(last_end, folder_of_others)
{
        char folder[] = "/tmp/test-last-end.XXXXXX", ends[64], command[80];

        cr_assert(mkdtemp(folder));
        (void) snprintf(ends, sizeof(ends), "%s/.ends", folder);
        cr_assert_eq(mkdir(ends, 0777), 0);
        cr_assert_eq(chmod(ends, 0777), 0);
        last_end_write(folder, "web.service", 7);
        cr_assert_eq(last_end_take(folder, "web.service"), -EPERM);
        (void) snprintf(command, sizeof(command), "rm -r %s", folder);
        cr_assert_eq(system(command), 0);
}
