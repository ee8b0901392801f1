/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* An archive of one file. test/behaviour and test/fault show that tar(1) can read it. */

#include <criterion/criterion.h>
#include <string.h>

#include "codec/engine/tar.h"
#include "util/cleanup.h"
#include "util/macro.h"

Test(tar, header)
{
        _cleanup_free_ char *archive = NULL;
        size_t size = 0;
        unsigned sum = 8 * ' ';

        cr_assert_eq(tar_file("/a/b", 0600, "text", 4, &archive, &size), 0);
        cr_assert_eq(size, 2048);
        cr_assert_str_eq(archive, "/a/b");
        cr_assert_str_eq(archive + 100, "0000600");
        cr_assert_str_eq(archive + 124, "00000000004");
        cr_assert_eq(archive[156], '0');
        cr_assert_eq(memcmp(archive + 257,
                            "ustar\0"
                            "00",
                            8),
                     0);
        cr_assert_str_eq(archive + 512, "text");
        for (size_t i = 0; i < 512; i++)
                sum += i >= 148 && i < 156 ? 0 : (unsigned char) archive[i];
        cr_assert_eq(strtoul(archive + 148, NULL, 8), sum);
}

Test(tar, sizes)
{
        static const size_t sizes[][2] = {
                { 0, 1536 }, { 1, 2048 }, { 511, 2048 }, { 512, 2048 }, { 513, 2560 }
        };
        char data[600];

        memset(data, 'x', sizeof(data));
        for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
                _cleanup_free_ char *archive = NULL;
                size_t size = 0;

                cr_assert_eq(tar_file("f", 0644, data, sizes[i][0], &archive, &size), 0);
                cr_assert_eq(size, sizes[i][1]);
                cr_assert_eq(memcmp(archive + 512, data, sizes[i][0]), 0);
                for (size_t at = 512 + sizes[i][0]; at < size; at++)
                        cr_assert_eq(archive[at], 0);
        }
}
