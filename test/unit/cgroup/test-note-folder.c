/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The files of the notes, in a folder of the test's. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/note-folder.h"
#include "util/cleanup.h"
#include "util/fd.h"

static char top[] = "/tmp/test-note-folder.XXXXXX", state[64];

static void setup(void)
{
        cr_assert_not_null(mkdtemp(top));
        (void) snprintf(state, sizeof(state), "%s/state", top);
}

static void teardown(void)
{
        char command[96];

        (void) snprintf(command, sizeof(command), "rm -rf %s", top);
        cr_assert_eq(system(command), 0);
}

TestSuite(note_folder, .init = setup, .fini = teardown);

static char *path_of(const char *name)
{
        static char path[128];

        (void) snprintf(path, sizeof(path), "%s/" PLACEMENT_NOTE_SUBFOLDER "/%s", state, name);
        return path;
}

static bool exists(const char *name)
{
        return access(path_of(name), F_OK) >= 0;
}

Test(note_folder, there_and_gone)
{
        const PlacementNote note = { .cgroup = (char *) "/a.slice/b.service", .cgroup_id = 12 };
        _cleanup_(placement_note_done) PlacementNote back = PLACEMENT_NOTE_NULL;
        _cleanup_free_ char *text = NULL;
        struct stat st;

        cr_assert_eq(note_folder_write(state, "id", &note), 0);
        cr_assert_eq(read_file_at(AT_FDCWD, path_of("id"), PLACEMENT_NOTE_MAX, &text, NULL), 0);
        cr_assert_eq(placement_note_parse(text, &back), 0);
        cr_assert_str_eq(back.cgroup, note.cgroup);
        cr_assert_eq(back.cgroup_id, note.cgroup_id);
        /* The runtime believes nothing that others could have written. */
        cr_assert_eq(stat(path_of("."), &st), 0);
        cr_assert_eq(st.st_mode & 07777 & ~0755U, 0);
        cr_assert_eq(note_folder_prepare(state), 0, "it is there already");
        note_folder_remove(state, "id");
        cr_assert_not(exists("id"));
        note_folder_remove(state, "id");
}

Test(note_folder, what_can_not_be_written)
{
        const PlacementNote root = { .cgroup = (char *) "/", .cgroup_id = 12 },
                            note = { .cgroup = (char *) "/a", .cgroup_id = 12 };

        cr_assert_eq(note_folder_write(state, "id", &root), -EINVAL);
        cr_assert_eq(write_file_atomic(state, "", 0, 0644), 0);
        cr_assert_eq(note_folder_write(state, "id", &note), -ENOTDIR);
        cr_assert_eq(note_folder_prepare(state), -ENOTDIR);
        note_folder_remove_stale(state);
        note_folder_remove(state, "id");
}

static void leave(const char *name, const char *cgroup, uint64_t id)
{
        cr_assert_eq(note_folder_write(state, name,
                                       &(PlacementNote){ .cgroup = (char *) cgroup, .cgroup_id = id }),
                     0);
}

/* A note's path begins at /sys/fs/cgroup: any folder there does, as its number is what counts. */
Test(note_folder, stale_ones_are_removed)
{
        static const char *const folders[] = { "/unified", "/systemd", "/system.slice", "/init.scope" };
        const char *known = NULL;
        struct stat st;

        for (size_t i = 0; i < 4 && !known; i++) {
                char path[64];

                (void) snprintf(path, sizeof(path), "/sys/fs/cgroup%s", folders[i]);
                if (stat(path, &st) >= 0 && S_ISDIR(st.st_mode))
                        known = folders[i];
        }
        leave("gone", "/no-such-cgroup.service", 12);
        if (known) {
                leave("same", known, st.st_ino);
                leave("later", known, st.st_ino + 1);
        }
        cr_assert_eq(write_file_atomic(path_of("broken"), "?", 1, 0644), 0);
        cr_assert_eq(mkdir(path_of("folder"), 0755), 0);
        note_folder_remove_stale(state);
        cr_assert_not(exists("gone"));
        cr_assert(exists("broken"));
        cr_assert(exists("folder"));
        if (!known)
                cr_skip_test("no cgroup that is always there is mounted at /sys/fs/cgroup");
        cr_assert(exists("same"));
        cr_assert_not(exists("later"));
}
