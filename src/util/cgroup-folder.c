/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The number of a cgroup is the inode number of its folder. */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "util/cgroup-folder.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

int cgroup_folder_read_id(int fd, uint64_t *ret)
{
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        *ret = st.st_ino;
        return 0;
}

int cgroup_folder_open(const char *path, uint64_t id)
{
        _cleanup_close_ int fd = RET_NERRNO(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        uint64_t found = 0;
        int r = fd < 0 ? fd : cgroup_folder_read_id(fd, &found);

        if (r < 0)
                return r;
        return found == id ? TAKE_FD(fd) : -ESTALE;
}

bool cgroup_folder_is_delegated(int fd)
{
        static const char *const names[] = { "trusted.delegate", "user.delegate" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char value[2];

                if (fgetxattr(fd, names[i], value, sizeof(value)) == 1 && value[0] == '1')
                        return true;
        }
        return false;
}
