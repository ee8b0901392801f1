/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* systemd marks a cgroup that it has delegated with an extended attribute on the cgroup's folder: see
 * "Delegation" in systemd's document CGROUP_DELEGATION. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/xattr.h>

#include "util/macro.h"

/* Whether systemd has delegated the cgroup. fd: the cgroup's folder, open for reading. An error counts as
 * false. */
static inline bool cgroup_has_delegation_mark(int fd)
{
        static const char *const names[] = { "trusted.delegate", "user.delegate" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char value[2];

                if (fgetxattr(fd, names[i], value, sizeof(value)) == 1 && value[0] == '1')
                        return true;
        }
        return false;
}
