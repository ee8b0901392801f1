/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* BASE/NAME/position. The folder BASE/NAME belongs to us, and may have other files of that container.
 *
 * The file is locked as long as we have it open: without a lock, two supervisors of containers that have the
 * same name on different engines would overwrite each other's position. The kernel drops the lock when the
 * process ends. All space of the file is allocated before it is mapped, because writing to a mapped file on
 * a full file system means a SIGBUS. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/engine/container-name.h"
#include "position-file.h"
#include "util/fd.h"
#include "util/macro.h"

#define LEAF "position"

struct PositionFile {
        int base_fd, dir_fd, fd;
        char *name;
        LogPosition *position;
};

static int open_file(PositionFile *f, off_t *ret_size)
{
        struct stat st;

        f->fd = RET_NERRNO(openat(f->dir_fd, LEAF,
                                  O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600));
        if (f->fd < 0)
                return f->fd;
        if (flock(f->fd, LOCK_EX | LOCK_NB) < 0)
                return -errno;
        if (fstat(f->fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
                return -EPERM;
        *ret_size = st.st_size;
        if (ftruncate(f->fd, sizeof(LogPosition)) < 0)
                return -errno;
        return -posix_fallocate(f->fd, 0, sizeof(LogPosition));
}

static int map(PositionFile *f)
{
        int flags = f->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
        void *p = mmap(NULL, sizeof(LogPosition), PROT_READ | PROT_WRITE, flags, f->fd < 0 ? -1 : f->fd, 0);

        if (p == MAP_FAILED)
                return -errno;
        f->position = p;
        return 0;
}

PositionFile *position_file_free(PositionFile *f)
{
        if (!f)
                return NULL;
        if (f->position)
                (void) munmap(f->position, sizeof(LogPosition));
        fd_close(f->fd);
        fd_close(f->dir_fd);
        fd_close(f->base_fd);
        free(f->name);
        free(f);
        return NULL;
}

int position_file_new(PositionFile **ret, const char *base, const char *name, const char *id,
                      bool *ret_found)
{
        _cleanup_(position_file_freep) PositionFile *f = NULL;
        off_t size = 0;
        int r = 0;

        f = calloc(1, sizeof(*f));
        if (!f)
                return -ENOMEM;
        f->base_fd = f->dir_fd = f->fd = -EBADF;
        if (base && name) {
                if (!container_name_is_valid(name, strlen(name)))
                        return -EINVAL;
                f->name = strdup(name);
                if (!f->name)
                        return -ENOMEM;
                r = f->base_fd = open_private_folder(AT_FDCWD, base, 0755, geteuid());
                if (r >= 0)
                        r = f->dir_fd = open_private_folder(f->base_fd, name, 0700, geteuid());
                if (r >= 0)
                        r = open_file(f, &size);
        }
        if (r >= 0)
                r = map(f);
        if (r < 0)
                return r;
        *ret_found =
                size == (off_t) sizeof(LogPosition) && log_position_is_valid(f->position, (size_t) size, id);
        *ret = TAKE_PTR(f);
        return 0;
}

LogPosition *position_file_get(PositionFile *f)
{
        return f->position;
}

void position_file_remove(PositionFile *f)
{
        if (f->fd < 0)
                return;
        (void) unlinkat(f->dir_fd, LEAF, 0);
        (void) unlinkat(f->base_fd, f->name, AT_REMOVEDIR);
        f->fd = fd_close(f->fd);
}
