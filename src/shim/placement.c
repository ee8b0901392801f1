/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Whom we trust: the placement note and its folders belong to root, and nobody else can write to them. The
 * cgroup in the note still has the inode number that it had when the note was written, so it is the same
 * one, and systemd has marked it as delegated. Everything else is not an error: the container then is an
 * ordinary one. */

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "codec/cgroup/placement-note.h"
#include "shim/placement.h"
#include "util/cgroup-folder.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

#define PLACED_FOLDER RUNTIME_STATE_FOLDER "/placed"

static bool only_root_writes(int fd)
{
        struct stat st;

        return fstat(fd, &st) >= 0 && st.st_uid == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static int open_trusted_folder(int at_fd, const char *path)
{
        _cleanup_close_ int fd =
                RET_NERRNO(openat(at_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));

        if (fd >= 0 && !only_root_writes(fd))
                return -EPERM;
        return TAKE_FD(fd);
}

/* -ENOENT: there is no note. */
static int read_announcement(const char *id, PlacementNote *ret)
{
        _cleanup_close_ int outer = -EBADF, folder = -EBADF, fd = -EBADF;
        _cleanup_free_ char *text = NULL;
        char path[64];
        int r;

        folder = RET_NERRNO(open(PLACEMENT_NOTE_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (folder < 0)
                return folder;
        fd = RET_NERRNO(openat(folder, id, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
        if (fd < 0)
                return fd;
        outer = open_trusted_folder(folder, "..");
        if (outer < 0 || !only_root_writes(folder) || !only_root_writes(fd))
                return -EPERM;
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%i", fd);
        r = read_file_at(AT_FDCWD, path, PLACEMENT_NOTE_MAX, &text, NULL);
        return r < 0 ? r : placement_note_parse(text, ret);
}

static bool cgroup_is_still_there(const PlacementNote *a)
{
        _cleanup_close_ int fd = -EBADF;
        _cleanup_free_ char *path = NULL;
        struct statfs fs;

        if (placement_note_folder(a, &path) < 0)
                return false;
        fd = cgroup_folder_open(path, a->cgroup_id);
        return fd >= 0 && fstatfs(fd, &fs) >= 0 && fs.f_type == CGROUP2_SUPER_MAGIC &&
               cgroup_folder_is_delegated(fd);
}

int placement_find(const char *id, char **ret_cgroup)
{
        _cleanup_(placement_note_done) PlacementNote a = PLACEMENT_NOTE_NULL;
        int r = read_announcement(id, &a);

        if (r == -ENOMEM)
                return r;
        if (r < 0 || !cgroup_is_still_there(&a))
                return 0;
        return asprintf(ret_cgroup, "%s/%s", a.cgroup, id) < 0 ? -ENOMEM : 1;
}

static const char *mark_path(const char *id, char ret[static 128])
{
        (void) snprintf(ret, 128, PLACED_FOLDER "/%s", id);
        return ret;
}

int placement_mark(const char *id)
{
        _cleanup_close_ int fd = -EBADF;
        char path[128];

        if (mkdir(PLACED_FOLDER, 0755) < 0 && errno != EEXIST)
                return -errno;
        fd = RET_NERRNO(
                open(mark_path(id, path), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0644));
        return fd < 0 ? fd : 0;
}

bool placement_is_marked(const char *id)
{
        char path[128];

        return access(mark_path(id, path), F_OK) >= 0;
}

void placement_unmark(const char *id)
{
        char path[128];

        (void) unlink(mark_path(id, path));
}
