/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A runtime enables all controllers in each cgroup above that of a container, and containerd's shim does so
 * again after each start. In the cgroup of a unit without Delegate=, that would have two effects. If the
 * unit has processes of its own there, the container's cgroup becomes a threaded one. If it has none,
 * systemd can start no process there any more, such as that of ExecReload=.
 *
 * /dev/null is therefore mounted over that one file, in a mount namespace that only the shim and its runtime
 * have. No other mount changes: they all keep their propagation, so that what is mounted here or there is
 * mounted in both. The cover is unbindable: a container that has the host's /sys/fs/cgroup as a volume does
 * not get it, as long as the kernel keeps that flag when the runtime makes all mounts slaves (Linux 6.18
 * does not). It then reads the same from the cover as from the file, nothing. */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "shim/controllers.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define SWITCH "cgroup.subtree_control"

int controllers_cover(const char *folder)
{
        _cleanup_free_ char *path = NULL;

        if (asprintf(&path, "%s/" SWITCH, folder) < 0)
                return -ENOMEM;
        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, CGROUP_ROOT, NULL, MS_PRIVATE, NULL) < 0 ||
            mount("/dev/null", path, NULL, MS_BIND, NULL) < 0 ||
            mount(NULL, path, NULL, MS_UNBINDABLE, NULL) < 0)
                return -errno;
        return 0;
}

bool controllers_are_covered(int fd)
{
        struct stat st;

        return fstatat(fd, SWITCH, &st, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISCHR(st.st_mode) &&
               st.st_rdev == makedev(1, 3);
}
