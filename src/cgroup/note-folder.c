/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* One file for each container, with the container's id as its name. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "note-folder.h"
#include "util/cgroup-folder.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

static char *folder_path(const char *state_folder)
{
        char *path;

        return asprintf(&path, "%s/" PLACEMENT_NOTE_SUBFOLDER, state_folder) < 0 ? NULL : path;
}

static char *note_path(const char *state_folder, const char *id)
{
        char *path;

        return asprintf(&path, "%s/" PLACEMENT_NOTE_SUBFOLDER "/%s", state_folder, id) < 0 ? NULL : path;
}

int note_folder_prepare(const char *state_folder)
{
        _cleanup_free_ char *path = folder_path(state_folder);

        if (!path)
                return -ENOMEM;
        (void) mkdir(state_folder, 0755);
        if (mkdir(path, 0755) < 0 && errno != EEXIST)
                return -errno;
        return RET_NERRNO(access(path, W_OK));
}

int note_folder_write(const char *state_folder, const char *id, const PlacementNote *note)
{
        _cleanup_free_ char *path = note_path(state_folder, id), *text = NULL;
        int r = path ? placement_note_format(note, &text) : -ENOMEM;

        if (r >= 0)
                r = note_folder_prepare(state_folder);
        return r < 0 ? r : write_file_atomic(path, text, strlen(text), 0644);
}

void note_folder_remove(const char *state_folder, const char *id)
{
        _cleanup_free_ char *path = note_path(state_folder, id);

        if (path)
                (void) unlink(path);
}

static bool note_is_stale(int folder_fd, const char *name)
{
        _cleanup_(placement_note_done) PlacementNote note = PLACEMENT_NOTE_NULL;
        _cleanup_free_ char *text = NULL, *path = NULL;
        _cleanup_close_ int fd = -EBADF;

        if (read_file_at(folder_fd, name, PLACEMENT_NOTE_MAX, &text, NULL) < 0 ||
            placement_note_parse(text, &note) < 0 || placement_note_folder(&note, &path) < 0)
                return false;
        fd = cgroup_folder_open(path, note.cgroup_id);
        return fd == -ENOENT || fd == -ESTALE;
}

void note_folder_remove_stale(const char *state_folder)
{
        _cleanup_free_ char *path = folder_path(state_folder);
        _cleanup_closedir_ DIR *d = path ? opendir(path) : NULL;
        struct dirent *entry;

        while (d && (entry = readdir(d)))
                if (entry->d_type == DT_REG && note_is_stale(dirfd(d), entry->d_name))
                        (void) unlinkat(dirfd(d), entry->d_name, 0);
}
