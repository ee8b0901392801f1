/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Whom we trust: the placement note and its folders belong to root, and nobody else can write to them. The
 * cgroup in the note still has the inode number that it had when the note was written, so it is the same
 * one. systemd has marked it as delegated, or the shim has covered its controllers. Everything else is not
 * an error: the container then is an ordinary one. */

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "codec/cgroup/placement-note.h"
#include "shim/controllers.h"
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

/* -ENOENT: there is no note. */
static int read_announcement(const char *id, PlacementNote *ret)
{
        _cleanup_close_ int outer = -EBADF, folder = -EBADF, fd = -EBADF;
        _cleanup_free_ char *text = NULL;
        int r;

        folder = RET_NERRNO(open(PLACEMENT_NOTE_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (folder < 0)
                return folder;
        fd = RET_NERRNO(openat(folder, id, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
        if (fd < 0)
                return fd;
        outer = open_private_folder(folder, "..", 0, 0);
        if (outer < 0 || !only_root_writes(folder) || !only_root_writes(fd))
                return -EPERM;
        r = read_to_end(fd, PLACEMENT_NOTE_MAX, &text, NULL);
        return r < 0 ? r : placement_note_parse(text, ret);
}

/* Reads the note and opens the cgroup's folder. Returns the descriptor, which is the caller's, or -errno. */
static int open_announced(const char *id, PlacementNote *ret, char **ret_path)
{
        _cleanup_close_ int fd = -EBADF;
        struct statfs fs;
        int r = read_announcement(id, ret);

        if (r >= 0)
                r = placement_note_folder(ret, ret_path);
        if (r < 0)
                return r;
        fd = cgroup_folder_open(*ret_path, ret->cgroup_id);
        if (fd < 0)
                return fd;
        return fstatfs(fd, &fs) >= 0 && fs.f_type == CGROUP2_SUPER_MAGIC ? TAKE_FD(fd) : -ENOENT;
}

void place_done(Place *p)
{
        free(p->cgroup);
        free(p->runtime);
        *p = PLACE_NULL;
}

int placement_find(const char *id, Place *ret)
{
        _cleanup_(placement_note_done) PlacementNote a = PLACEMENT_NOTE_NULL;
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = open_announced(id, &a, &path);

        if (fd < 0)
                return fd == -ENOMEM ? fd : 0;
        if (!cgroup_folder_is_delegated(fd) && !controllers_are_covered(fd))
                return 0;
        if (asprintf(&ret->cgroup, "%s/%s", a.cgroup, id) < 0)
                return -ENOMEM;
        ret->runtime = TAKE_PTR(a.runtime);
        return 1;
}

int placement_find_undelegated(const char *id, char **ret_folder)
{
        _cleanup_(placement_note_done) PlacementNote a = PLACEMENT_NOTE_NULL;
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = open_announced(id, &a, &path);

        if (fd < 0)
                return fd == -ENOMEM ? fd : 0;
        if (cgroup_folder_is_delegated(fd))
                return 0;
        *ret_folder = TAKE_PTR(path);
        return 1;
}

static const char *mark_path(const char *id, char ret[static 128])
{
        (void) snprintf(ret, 128, PLACED_FOLDER "/%s", id);
        return ret;
}

int placement_mark(const char *id, const char *runtime)
{
        char path[128];

        if (mkdir(PLACED_FOLDER, 0755) < 0 && errno != EEXIST)
                return -errno;
        return write_file_atomic(mark_path(id, path), runtime ?: "", strlen(runtime ?: ""), 0644);
}

int placement_read_mark(const char *id, char **ret_runtime)
{
        _cleanup_free_ char *text = NULL;
        char path[128];
        int r = read_file_at(AT_FDCWD, mark_path(id, path), PLACEMENT_NOTE_MAX, &text, NULL);

        if (r < 0)
                return r == -ENOMEM ? r : 0;
        *ret_runtime = *text ? TAKE_PTR(text) : NULL;
        return 1;
}

void placement_unmark(const char *id)
{
        char path[128];

        (void) unlink(mark_path(id, path));
}
