/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Addresses of sockets. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "util/unix-address.h"

#define PATH_AT offsetof(struct sockaddr_un, sun_path)
#define PATH_MAX_SIZE sizeof(((struct sockaddr_un *) NULL)->sun_path)

Test(unix_address, path)
{
        struct sockaddr_un address;
        socklen_t size;

        cr_assert_eq(unix_address_parse("/run/systemd/notify", &address, &size), 0);
        cr_assert_eq(address.sun_family, AF_UNIX);
        cr_assert_str_eq(address.sun_path, "/run/systemd/notify");
        cr_assert_eq(size, PATH_AT + strlen("/run/systemd/notify") + 1);
}

Test(unix_address, abstract_has_no_nul_at_its_end)
{
        struct sockaddr_un address;
        socklen_t size;

        cr_assert_eq(unix_address_parse("@name", &address, &size), 0);
        cr_assert_eq(memcmp(address.sun_path, "\0name", 5), 0);
        cr_assert_eq(size, PATH_AT + 5);
}

Test(unix_address, refused)
{
        static const char *const bad[] = { "", "/", "@", "name", "./name", "vsock:2:3", " /a" };
        struct sockaddr_un address;
        socklen_t size;

        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
                cr_assert_eq(unix_address_parse(bad[i], &address, &size), -EINVAL, "%s", bad[i]);
}

Test(unix_address, as_long_as_it_may_be)
{
        char text[PATH_MAX_SIZE + 1];
        struct sockaddr_un address;
        socklen_t size;

        memset(text, 'a', PATH_MAX_SIZE);
        text[0] = '/';
        text[PATH_MAX_SIZE] = 0;
        cr_assert_eq(unix_address_parse(text, &address, &size), -ENAMETOOLONG);
        text[PATH_MAX_SIZE - 1] = 0;
        cr_assert_eq(unix_address_parse(text, &address, &size), 0);
        cr_assert_eq(size, sizeof(address));
        cr_assert_str_eq(address.sun_path, text);
}
