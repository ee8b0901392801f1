/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Addresses of unix sockets, see unix(7). */

#include <sys/socket.h>
#include <sys/un.h>

/* text: an absolute path, or "@name" for the abstract namespace. *ret_size is the size to pass to bind(2) or
 * connect(2). -EINVAL: text is neither of them; -ENAMETOOLONG: it does not fit into the address. */
int unix_address_parse(const char *text, struct sockaddr_un *ret, socklen_t *ret_size);
