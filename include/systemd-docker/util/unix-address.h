/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Names of sockets, see unix(7). */

#include <sys/socket.h>
#include <sys/un.h>

/* A path, or "@name" for the abstract namespace. -EINVAL: neither; -ENAMETOOLONG. */
int unix_address_parse(const char *text, struct sockaddr_un *ret, socklen_t *ret_size);
