/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The parsers of these files are in codec/cgroup/cgroup-path.h; here they are only read, and cgroup.procs is
 * written: one process for each write(2), because the kernel accepts only one. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cgroup-files.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

#define FILE_MAX (64U * 1024 * 1024)

int cgroup_read_paths(pid_t pid, CgroupPaths *ret)
{
        _cleanup_free_ char *text = NULL;
        char path[64] = "/proc/self/cgroup";
        int r;

        if (pid > 0)
                (void) snprintf(path, sizeof(path), "/proc/%i/cgroup", (int) pid);
        r = read_file_at(AT_FDCWD, path, FILE_MAX, &text, NULL);
        if (r < 0)
                return r == -ENOENT ? -ESRCH : r;
        return cgroup_paths_parse(text, ret);
}

int cgroup_read_mounts(CgroupMounts *ret)
{
        _cleanup_free_ char *text = NULL;
        int r = read_file_at(AT_FDCWD, "/proc/self/mountinfo", FILE_MAX, &text, NULL);

        return r < 0 ? r : cgroup_mounts_parse(text, ret);
}

/* 1: moved. 0: it had ended. */
static int move_process(int to_fd, pid_t pid)
{
        char text[32];
        int n = snprintf(text, sizeof(text), "%i\n", (int) pid);

        if (RET_NERRNO(write(to_fd, text, (size_t) n)) >= 0)
                return 1;
        return errno == ESRCH ? 0 : -errno;
}

int cgroup_move_folder(int dir_fd, int to_fd, int *n_moved)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_free_ pid_t *pids = NULL;
        size_t n;
        int r, result = 0;

        r = read_file_at(dir_fd, "cgroup.procs", FILE_MAX, &text, NULL);
        if (r == -EOPNOTSUPP)
                return 0; /* a threaded cgroup: the cgroup above it lists its processes */
        if (r >= 0)
                r = cgroup_procs_parse(text, &pids, &n);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                r = move_process(to_fd, pids[i]);
                if (r < 0)
                        result = r;
                else
                        *n_moved += r;
        }
        return result;
}
