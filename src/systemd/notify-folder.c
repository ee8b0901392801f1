/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Each folder is opened relative to the descriptor of its parent, and without following symbolic links, so
 * that the access rights of no other folder can be changed. */

#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/engine/container-name.h"
#include "systemd/notify-folder.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

#define LEAF "notify"
#define READY_FILE "ready"
#define READY_MAX 512

char *notify_folder_path(const char *base, const char *name)
{
        char random_name[24], *path;
        uint64_t number = 0;

        if (!name || !container_name_is_valid(name, strlen(name))) {
                if (getrandom(&number, sizeof(number), 0) < 0)
                        return NULL;
                (void) snprintf(random_name, sizeof(random_name), "unnamed-%012" PRIx64, number >> 16);
                name = random_name;
        }
        return asprintf(&path, "%s/%s/" LEAF, base, name) < 0 ? NULL : path;
}

bool notify_folder_is_ours(const char *base, const char *path)
{
        size_t n = strlen(base), size;

        if (strncmp(path, base, n) != 0 || path[n] != '/')
                return false;
        path += n + 1;
        size = strcspn(path, "/");
        return container_name_is_valid(path, size) && strcmp(path + size, "/" LEAF) == 0;
}

/* Opens the folder `name` in the folder *at, and creates it if it does not exist. *at is closed and becomes
 * the descriptor of the new one. 0 or -errno; on failure *at is unchanged. */
static int open_folder(int *at, const char *name, mode_t mode)
{
        _cleanup_close_ int fd = -EBADF;

        if (mkdirat(*at, name, mode) < 0 && errno != EEXIST)
                return -errno;
        fd = RET_NERRNO(openat(*at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (fd < 0)
                return fd;
        /* Whatever the umask is, and whoever has created it: the engine creates missing folders when it
         * starts a container. */
        if (fchmod(fd, mode) < 0)
                return -errno;
        fd_close(*at);
        *at = TAKE_FD(fd);
        return 0;
}

/* BASE/NAME for BASE/NAME/notify: a new string. NULL: out of memory, or no such path. */
static char *parent_of(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? strndup(path, (size_t) (slash - path)) : NULL;
}

int notify_folder_make(const char *path)
{
        _cleanup_free_ char *folder = parent_of(path), *base = folder ? parent_of(folder) : NULL;
        _cleanup_close_ int fd = AT_FDCWD;
        int r;

        if (!base)
                return -ENOMEM;
        r = open_folder(&fd, base, 0755);
        if (r >= 0)
                r = open_folder(&fd, folder + strlen(base) + 1, 0700);
        if (r >= 0)
                r = open_folder(&fd, LEAF, 0755);
        return r;
}

void notify_folder_remove(const char *path)
{
        _cleanup_free_ char *folder = parent_of(path);
        _cleanup_close_ int fd =
                folder ? RET_NERRNO(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) : -EBADF;

        if (fd < 0)
                return;
        (void) unlinkat(fd, LEAF "/" NOTIFY_FOLDER_SOCKET, 0);
        (void) unlinkat(fd, LEAF, AT_REMOVEDIR);
        (void) unlinkat(fd, READY_FILE, 0);
        (void) rmdir(folder);
}

static char *ready_file_of(const char *path)
{
        _cleanup_free_ char *folder = parent_of(path);
        char *file;

        return !folder || asprintf(&file, "%s/" READY_FILE, folder) < 0 ? NULL : file;
}

int notify_folder_set_ready(const char *path, const char *life)
{
        _cleanup_free_ char *file = ready_file_of(path);

        return file ? write_file_atomic(file, life, strlen(life), 0600) : -ENOMEM;
}

bool notify_folder_is_ready(const char *path, const char *life)
{
        _cleanup_free_ char *file = ready_file_of(path), *text = NULL;

        return file && read_file_at(AT_FDCWD, file, READY_MAX, &text, NULL) >= 0 && strcmp(text, life) == 0;
}
