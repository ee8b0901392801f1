/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The file of the position: what it survives, and which files are not trusted. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "journal/position-file.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static char folder[] = "/tmp/position-XXXXXX";
static char base[64], name[96], path[128];

static void setup(void)
{
        cr_assert(mkdtemp(folder));
        (void) snprintf(base, sizeof(base), "%s/base", folder);
        (void) snprintf(name, sizeof(name), "%s/web", base);
        (void) snprintf(path, sizeof(path), "%s/position", name);
}

static void teardown(void)
{
        (void) unlink(path);
        (void) rmdir(path);
        (void) rmdir(name);
        (void) unlink(name);
        (void) rmdir(base);
        (void) unlink(base);
        (void) rmdir(folder);
}

TestSuite(position_file, .init = setup, .fini = teardown, .timeout = 60);

static PositionFile *open_file(const char *id, int wanted, bool wanted_found)
{
        PositionFile *f = NULL;
        bool found = false;

        cr_assert_eq(position_file_new(&f, base, "web", id, &found), wanted);
        cr_assert_eq(found, wanted_found);
        return f;
}

Test(position_file, survives)
{
        PositionFile *f = open_file(ID, 0, false);
        struct stat st;

        log_position_init(position_file_get(f), ID, "epoch", 42);
        log_position_offer(position_file_get(f), STREAM_STDOUT, 7, 43);
        position_file_free(f);
        cr_assert_eq(stat(path, &st), 0);
        cr_expect_eq(st.st_mode & 0777, 0600);
        cr_assert_eq(stat(name, &st), 0);
        cr_expect_eq(st.st_mode & 0777, 0700);
        f = open_file(ID, 0, true);
        cr_expect_eq(position_file_get(f)->begin_nsec, 42);
        cr_expect_eq(log_trail_last(log_position_trail(position_file_get(f), STREAM_STDOUT), 0)->hash, 7);
        position_file_free(f);
        f = open_file(OTHER, 0, false);
        position_file_remove(f);
        cr_expect_lt(access(name, F_OK), 0, "file and folder are gone");
        position_file_get(f)->begin_nsec = 1; /* memory is not */
        position_file_free(f);
}

/* The process is killed during its work. */
Test(position_file, survives_a_kill)
{
        PositionFile *f;
        pid_t pid = fork();

        if (pid == 0) {
                f = open_file(ID, 0, false);
                log_position_init(position_file_get(f), ID, "epoch", 42);
                (void) kill(getpid(), SIGKILL);
        }
        cr_assert_eq(waitpid(pid, NULL, 0), pid);
        f = open_file(ID, 0, true);
        cr_expect_eq(position_file_get(f)->begin_nsec, 42);
        position_file_free(f);
}

Test(position_file, one_owner)
{
        PositionFile *f = open_file(ID, 0, false);

        (void) open_file(ID, -EAGAIN, false);
        position_file_free(f);
        position_file_free(open_file(ID, 0, false));
}

Test(position_file, in_memory)
{
        PositionFile *f = NULL;
        bool found = true;

        cr_assert_eq(position_file_new(&f, NULL, "web", ID, &found), 0);
        cr_expect_not(found);
        log_position_init(position_file_get(f), ID, "epoch", 42);
        position_file_remove(f);
        position_file_free(f);
        cr_expect_lt(access(base, F_OK), 0);
}

static void write_file(const char *data, size_t size)
{
        int fd;

        (void) mkdir(base, 0755);
        (void) mkdir(name, 0700);
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        cr_assert_eq(write(fd, data, size), (ssize_t) size);
        close(fd);
}

Test(position_file, garbage)
{
        static char garbage[2 * sizeof(LogPosition)];
        static const size_t sizes[] = {
                0, 1, 16, sizeof(LogPosition) - 1, sizeof(LogPosition), sizeof(garbage)
        };

        memset(garbage, 0xff, sizeof(garbage));
        for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
                PositionFile *f;

                write_file(garbage, sizes[i]);
                f = open_file(ID, 0, false);
                log_position_init(position_file_get(f), ID, "epoch", 42);
                position_file_free(f);
                position_file_free(open_file(ID, 0, true));
        }
}

Test(position_file, truncated)
{
        PositionFile *f = open_file(ID, 0, false);

        log_position_init(position_file_get(f), ID, "epoch", 42);
        position_file_free(f);
        cr_assert_eq(truncate(path, sizeof(LogPosition) - 4096), 0);
        position_file_free(open_file(ID, 0, false));
}

Test(position_file, names)
{
        static const char *const names[] = { "", ".", "..", "../x", "a/b", "-x", ".hidden", "/" };
        PositionFile *f;
        bool found;

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                cr_expect_eq(position_file_new(&f, base, names[i], ID, &found), -EINVAL, "%s", names[i]);
        cr_expect_lt(access(base, F_OK), 0);
}

Test(position_file, somebody_elses)
{
        cr_assert_eq(mkdir(base, 0777), 0);
        cr_assert_eq(chmod(base, 0777), 0);
        (void) open_file(ID, -EPERM, false);
        cr_assert_eq(rmdir(base), 0);
        cr_assert_eq(symlink("/tmp", base), 0);
        cr_expect_null(open_file(ID, -ENOTDIR, false));
        cr_assert_eq(unlink(base), 0);
        cr_assert_eq(mkdir(base, 0755), 0);
        cr_assert_eq(mkdir(name, 0700), 0);
        cr_assert_eq(symlink("/etc/hostname", path), 0);
        (void) open_file(ID, -ELOOP, false);
        cr_assert_eq(unlink(path), 0);
        cr_assert_eq(mkfifo(path, 0600), 0);
        (void) open_file(ID, -EPERM, false);
}
