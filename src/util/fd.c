/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Reading and replacing whole files, with plain blocking system calls. */

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

#define SETTLE_STEP_USEC (2 * USEC_PER_MSEC)

int fd_close(int fd)
{
        if (fd >= 0)
                close(fd);
        return -EBADF;
}

bool path_is_same_file(const char *a, const char *b)
{
        struct stat sa, sb;

        return stat(a, &sa) >= 0 && stat(b, &sb) >= 0 && stat_is_same_file(&sa, &sb);
}

bool socket_settle(int fd, uint64_t timeout_usec)
{
        const struct timespec pause = { .tv_nsec = SETTLE_STEP_USEC * NSEC_PER_USEC };
        int waiting;

        /* Nothing wakes us up when the last of it is read: EPOLLOUT comes as soon as there is room again. */
        for (uint64_t usec = 0;; usec += SETTLE_STEP_USEC) {
                if (ioctl(fd, SIOCOUTQ, &waiting) < 0 || waiting == 0)
                        return true;
                if (usec >= timeout_usec)
                        return false;
                (void) nanosleep(&pause, NULL);
        }
}

bool datagrams_settle(int fd, const struct sockaddr *to, socklen_t to_size, uint64_t timeout_usec)
{
        bool sent = sendto(fd, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL, to, to_size) >= 0;

        if (!sent && socket_settle(fd, timeout_usec))
                (void) sendto(fd, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL, to, to_size);
        return socket_settle(fd, timeout_usec);
}

int open_private_folder(int dir_fd, const char *path, mode_t mode, uid_t owner)
{
        _cleanup_close_ int fd = -EBADF;
        struct stat st;

        if (mode != 0 && mkdirat(dir_fd, path, mode) < 0 && errno != EEXIST)
                return -errno;
        fd = RET_NERRNO(openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (fd < 0)
                return fd;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (st.st_uid != owner || (st.st_mode & 022))
                return -EPERM;
        return TAKE_FD(fd);
}

int read_file_at(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_size)
{
        _cleanup_close_ int fd = RET_NERRNO(openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY));

        return fd < 0 ? fd : read_to_end(fd, max, ret, ret_size);
}

int read_to_end(int fd, size_t max, char **ret, size_t *ret_size)
{
        _cleanup_free_ char *buffer = NULL;
        size_t allocated = 0, size = 0;

        for (;;) {
                ssize_t n;

                if (size + 1 >= allocated) {
                        char *bigger;

                        allocated = MAX(allocated * 2, (size_t) 4096);
                        bigger = realloc(buffer, allocated);
                        if (!bigger)
                                return -ENOMEM;
                        buffer = bigger;
                }
                n = RET_NERRNO(read(fd, buffer + size, allocated - size - 1));
                if (n == -EINTR)
                        continue;
                if (n < 0)
                        return (int) n;
                if (n == 0)
                        break;
                size += (size_t) n;
                if (size > max)
                        return -EFBIG;
        }
        buffer[size] = 0;
        *ret = TAKE_PTR(buffer);
        if (ret_size)
                *ret_size = size;
        return 0;
}

int write_all(int fd, const void *data, size_t size)
{
        const char *at = data;

        while (size > 0) {
                ssize_t n = RET_NERRNO(write(fd, at, size));

                if (n == -EINTR)
                        continue;
                if (n < 0)
                        return (int) n;
                at += n;
                size -= (size_t) n;
        }
        return 0;
}

/* What a new file replaces, and may be removed later: never a device, such as /dev/null. */
static bool may_be_replaced(const char *path)
{
        struct stat st;

        return lstat(path, &st) < 0 || S_ISREG(st.st_mode) || S_ISLNK(st.st_mode) || S_ISDIR(st.st_mode);
}

/* like: the owner and group of the new file, which is then also written to disk before it replaces the old
 * one; or NULL. */
static int replace_file(const char *path, const void *data, size_t size, unsigned mode,
                        const struct stat *like)
{
        _cleanup_free_ char *temporary = NULL;
        _cleanup_close_ int fd = -EBADF;
        int r;

        if (!may_be_replaced(path))
                return -EEXIST;
        if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
                return -ENOMEM;
        fd = RET_NERRNO(mkostemp(temporary, O_CLOEXEC));
        if (fd < 0)
                return fd;
        r = write_all(fd, data, size);
        if (r >= 0 && like) /* before fchmod(2), because it clears set-user-ID bits */
                r = RET_NERRNO(fchown(fd, like->st_uid, like->st_gid));
        if (r >= 0)
                r = RET_NERRNO(fchmod(fd, mode));
        if (r >= 0 && like)
                r = RET_NERRNO(fsync(fd));
        if (r >= 0)
                r = RET_NERRNO(rename(temporary, path));
        if (r < 0)
                (void) unlink(temporary);
        return r < 0 ? r : 0;
}

int write_file_atomic(const char *path, const void *data, size_t size, unsigned mode)
{
        return replace_file(path, data, size, mode, NULL);
}

int write_file_durable(const char *path, const void *data, size_t size, const struct stat *like)
{
        return replace_file(path, data, size, like->st_mode & 07777, like);
}
