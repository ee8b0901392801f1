/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The ioctl can say more with each kernel: the size of its struct says what is known here. */

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/macro.h"
#include "util/pidfd.h"

/* From linux/pidfd.h, which Debian's libc headers do not have yet. */
struct pidfd_info_v1 {
        uint64_t mask;
        uint64_t cgroupid;
        uint32_t pid, tgid, ppid;
        uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
        int32_t exit_code;
};
#define PIDFD_GET_INFO_V1 _IOWR(0xFF, 11, struct pidfd_info_v1)
#define PIDFD_INFO_CGROUPID_FLAG (UINT64_C(1) << 2)
#define PIDFD_INFO_EXIT_FLAG (UINT64_C(1) << 3)

static int get_info(int fd, uint64_t wanted, struct pidfd_info_v1 *ret)
{
        *ret = (struct pidfd_info_v1){ .mask = wanted | PIDFD_INFO_EXIT_FLAG };
        if (ioctl(fd, PIDFD_GET_INFO_V1, ret) < 0)
                return -errno;
        return ret->mask & wanted ? 0 : -ENODATA;
}

int pidfd_of(pid_t pid)
{
        return (int) RET_NERRNO(syscall(SYS_pidfd_open, pid, 0));
}

int pidfd_exit_status(int fd, int *ret)
{
        struct pidfd_info_v1 info;
        int r = get_info(fd, PIDFD_INFO_EXIT_FLAG, &info);

        if (r >= 0)
                *ret = info.exit_code;
        return r;
}

int pidfd_cgroup_id(int fd, uint64_t *ret)
{
        struct pidfd_info_v1 info;
        int r = get_info(fd, PIDFD_INFO_CGROUPID_FLAG, &info);

        if (r >= 0)
                *ret = info.cgroupid;
        return r;
}
