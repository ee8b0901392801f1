/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The text form of a unix socket's address. */

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "util/unix-address.h"

int unix_address_parse(const char *text, struct sockaddr_un *ret, socklen_t *ret_size)
{
        size_t size = strlen(text);

        if ((text[0] != '/' && text[0] != '@') || !text[1])
                return -EINVAL;
        if (size >= sizeof(ret->sun_path))
                return -ENAMETOOLONG;
        *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
        memcpy(ret->sun_path, text, size);
        /* An abstract name begins with a NUL and has none at its end. */
        *ret_size = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + size + (text[0] == '/'));
        if (text[0] == '@')
                ret->sun_path[0] = 0;
        return 0;
}
