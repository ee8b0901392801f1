/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* open_by_handle_at(2) would find a cgroup by its number, but needs a right that many units do not have. So
 * the few folders that it can be are looked at. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "cgroup-files.h"
#include "cgroup-id.h"
#include "util/cgroup-folder.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

#define LOOKED_AT_MAX 512U
#define DEPTH_MAX 16U

static int open_cgroup(const CgroupPath *cgroup)
{
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = CGROUP_MOUNTS_NULL;
        _cleanup_free_ char *folder = NULL;
        int r = cgroup_read_mounts(&mounts);

        if (r >= 0)
                r = cgroup_mounts_resolve(&mounts, cgroup, &folder);
        return r < 0 ? r : RET_NERRNO(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int cgroup_id_of(const CgroupPath *cgroup, uint64_t *ret)
{
        _cleanup_close_ int fd = open_cgroup(cgroup);

        return fd < 0 ? fd : cgroup_folder_read_id(fd, ret);
}

/* Takes fd over. */
static bool is_below(uint64_t id, int fd, unsigned depth, unsigned *left)
{
        _cleanup_closedir_ DIR *d = fdopendir(fd);
        struct dirent *entry;

        if (!d) {
                (void) close(fd);
                return false;
        }
        while ((entry = readdir(d)) && *left > 0) {
                int inner;

                if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
                        continue;
                (*left)--;
                if (entry->d_ino == id)
                        return true;
                if (depth == DEPTH_MAX)
                        continue;
                inner = openat(dirfd(d), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
                if (inner >= 0 && is_below(id, inner, depth + 1, left))
                        return true;
        }
        return false;
}

int cgroup_id_is_below(uint64_t id, const CgroupPath *cgroup)
{
        int fd = open_cgroup(cgroup), r;
        unsigned left = LOOKED_AT_MAX;
        uint64_t top;

        if (fd < 0)
                return fd;
        r = cgroup_folder_read_id(fd, &top);
        if (r < 0 || top == id) {
                (void) close(fd);
                return r < 0 ? r : 1;
        }
        return is_below(id, fd, 0, &left);
}
