/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* systemd marks what it has delegated by an extended attribute on the cgroup's folder (CGROUP_DELEGATION,
 * "Delegation"). */

#include <stdbool.h>
#include <stddef.h>
#include <sys/xattr.h>

#include "util/macro.h"

/* fd: of the cgroup's folder, open for reading. */
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
