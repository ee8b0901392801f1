/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What this process has open. */

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The number of descriptors whose link in /proc/self/fd begins with this text. */
static inline size_t fds_count(const char *what)
{
        DIR *d = opendir("/proc/self/fd");
        size_t n = 0;

        cr_assert_not_null(d);
        for (struct dirent *e = readdir(d); e; e = readdir(d)) {
                char target[256];
                ssize_t size = readlinkat(dirfd(d), e->d_name, target, sizeof(target));

                n += size >= (ssize_t) strlen(what) && strncmp(target, what, strlen(what)) == 0;
        }
        (void) closedir(d);
        return n;
}
