/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Reading and writing whole files. */

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

static char folder[] = "/tmp/test-fd.XXXXXX";

static void setup(void)
{
        cr_assert_not_null(mkdtemp(folder));
        cr_assert_eq(chdir(folder), 0);
}

static void teardown(void)
{
        DIR *dir = opendir(folder);
        struct dirent *entry;

        while ((entry = readdir(dir)))
                (void) unlinkat(dirfd(dir), entry->d_name, 0);
        closedir(dir);
        (void) rmdir(folder);
}

TestSuite(fd, .init = setup, .fini = teardown);

static size_t count_files(void)
{
        DIR *dir = opendir(".");
        size_t n = 0;

        while (readdir(dir))
                n++;
        closedir(dir);
        return n - 2;
}

Test(fd, close_leaves_nothing_behind)
{
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), raw = fd;

        fd = fd_close(fd);
        cr_assert_eq(fd, -EBADF);
        cr_assert_lt(fcntl(raw, F_GETFD), 0);
        cr_assert_eq(fd_close(fd), -EBADF);
}

Test(fd, same_file)
{
        cr_assert_eq(write_file_atomic("one", "", 0, 0600), 0);
        cr_assert_eq(write_file_atomic("two", "", 0, 0600), 0);
        cr_assert_eq(symlink("one", "link"), 0);
        cr_expect(path_is_same_file("one", "one"));
        cr_expect(path_is_same_file("one", "link"));
        cr_expect_not(path_is_same_file("one", "two"));
        cr_expect_not(path_is_same_file("one", "none"));
        cr_expect_not(path_is_same_file("none", "none"));
}

Test(fd, take_fd)
{
        int fd = 7;

        cr_assert_eq(TAKE_FD(fd), 7);
        cr_assert_eq(fd, -EBADF);
}

Test(fd, write_and_read)
{
        _cleanup_free_ char *s = NULL;
        struct stat st;
        size_t n;

        cr_assert_eq(write_file_atomic("file", "a\0b", 3, 0640), 0);
        cr_assert_eq(read_file_at(AT_FDCWD, "file", 3, &s, &n), 0);
        cr_assert_eq(n, 3);
        cr_assert_arr_eq(s, "a\0b", 4);
        cr_assert_eq(stat("file", &st), 0);
        cr_assert_eq(st.st_mode & 07777, 0640);
        cr_assert_eq(count_files(), 1);
}

Test(fd, write_replaces_and_does_not_write_into)
{
        _cleanup_free_ char *s = NULL, *t = NULL;

        cr_assert_eq(write_file_atomic("file", "old", 3, 0644), 0);
        cr_assert_eq(link("file", "other"), 0);
        cr_assert_eq(write_file_atomic("file", "", 0, 0644), 0);
        cr_assert_eq(read_file_at(AT_FDCWD, "file", 100, &s, NULL), 0);
        cr_assert_str_eq(s, "");
        cr_assert_eq(read_file_at(AT_FDCWD, "other", 100, &t, NULL), 0);
        cr_assert_str_eq(t, "old");
}

/* As /dev/null: others still need it. A link is replaced, and what it points to stays. */
Test(fd, write_does_not_replace_what_is_no_file)
{
        _cleanup_free_ char *s = NULL;
        struct stat st;

        cr_assert_eq(mkfifo("fifo", 0600), 0);
        cr_assert_eq(write_file_atomic("fifo", "x", 1, 0644), -EEXIST);
        cr_assert_eq(stat("fifo", &st), 0);
        cr_assert(S_ISFIFO(st.st_mode));
        cr_assert_eq(unlink("fifo"), 0);
        cr_assert_eq(write_file_atomic("target", "old", 3, 0644), 0);
        cr_assert_eq(symlink("target", "link"), 0);
        cr_assert_eq(write_file_atomic("link", "new", 3, 0644), 0);
        cr_assert_eq(read_file_at(AT_FDCWD, "target", 100, &s, NULL), 0);
        cr_assert_str_eq(s, "old");
        cr_assert_eq(count_files(), 2);
}

Test(fd, failed_write_leaves_no_temporary_file)
{
        cr_assert_eq(mkdir("folder", 0755), 0);
        cr_assert_lt(write_file_atomic("folder", "x", 1, 0644), 0);
        cr_assert_eq(count_files(), 1);
        cr_assert_eq(write_file_atomic("none/file", "x", 1, 0644), -ENOENT);
        cr_assert_eq(rmdir("folder"), 0);
}

Test(fd, read_is_bounded)
{
        char *s = (char *) 42;
        static char big[10000];

        memset(big, 'x', sizeof(big));
        cr_assert_eq(write_file_atomic("file", big, sizeof(big), 0644), 0);
        cr_assert_eq(read_file_at(AT_FDCWD, "file", sizeof(big) - 1, &s, NULL), -EFBIG);
        cr_assert_eq(read_file_at(AT_FDCWD, "/dev/zero", 100000, &s, NULL), -EFBIG);
        cr_assert_eq(read_file_at(AT_FDCWD, "none", 100, &s, NULL), -ENOENT);
        cr_assert_eq(read_file_at(AT_FDCWD, ".", 100, &s, NULL), -EISDIR);
        cr_assert_eq(s, (char *) 42);
        cr_assert_eq(read_file_at(AT_FDCWD, "file", sizeof(big), &s, NULL), 0);
        cr_assert_eq(strlen(s), sizeof(big));
        free(s);
}

Test(fd, read_relative_to_a_folder)
{
        _cleanup_close_ int dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_free_ char *s = NULL;

        cr_assert_eq(write_file_atomic("file", "x", 1, 0644), 0);
        cr_assert_eq(chdir("/"), 0);
        cr_assert_eq(read_file_at(dir_fd, "file", 100, &s, NULL), 0);
        cr_assert_str_eq(s, "x");
}

Test(fd, private_folder)
{
        _cleanup_close_ int at = RET_NERRNO(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        int fd;

        cr_assert_eq(open_private_folder(at, "private", 0, geteuid()), -ENOENT);
        fd = open_private_folder(at, "private", 0755, geteuid());
        cr_assert_geq(fd, 0);
        fd_close(fd);
        fd = open_private_folder(at, "private", 0755, geteuid());
        cr_assert_geq(fd, 0, "exists already");
        cr_assert_eq(open_private_folder(at, "private", 0, geteuid() + 1), -EPERM);
        cr_assert_eq(fchmod(fd, 0775), 0);
        cr_assert_eq(open_private_folder(at, "private", 0, geteuid()), -EPERM);
        fd_close(fd);
        cr_assert_eq(symlinkat("private", at, "link"), 0);
        cr_assert_eq(open_private_folder(at, "link", 0, geteuid()), -ENOTDIR);
        cr_assert_eq(unlinkat(at, "link", 0), 0);
        cr_assert_eq(unlinkat(at, "private", AT_REMOVEDIR), 0);
}

Test(fd, files_of_the_kernel)
{
        _cleanup_free_ char *s = NULL;

        cr_assert_eq(read_file_at(AT_FDCWD, "/proc/self/mountinfo", 1 << 20, &s, NULL), 0);
        cr_assert_not_null(strstr(s, " - "));
}

Test(fd, socket_settles_once_the_other_side_has_read)
{
        char byte;
        int pair[2];
        pid_t reader;

        cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
        cr_assert(socket_settle(pair[0], 0), "nothing was sent");
        cr_assert_eq(send(pair[0], "x", 1, 0), 1);
        cr_assert_not(socket_settle(pair[0], 10 * USEC_PER_MSEC), "nobody reads");
        reader = fork();
        if (reader == 0) {
                (void) usleep(20 * USEC_PER_MSEC);
                _exit(read(pair[1], &byte, 1) == 1 ? 0 : 1);
        }
        cr_assert_gt(reader, 0);
        cr_assert(socket_settle(pair[0], 60 * USEC_PER_SEC));
        fd_close(pair[0]);
        fd_close(pair[1]);
}

/* A reader that has the last datagram in its hand may still be busy with it. */
Test(fd, datagrams_settle_once_the_other_side_is_done_with_them)
{
        char byte;
        int pair[2], done[2];
        pid_t reader;

        cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
        cr_assert_eq(pipe2(done, O_CLOEXEC | O_NONBLOCK), 0);
        cr_assert_eq(send(pair[0], "x", 1, 0), 1);
        reader = fork();
        if (reader == 0) {
                bool right = read(pair[1], &byte, 1) == 1;

                (void) usleep(50 * USEC_PER_MSEC);
                right = right && write(done[1], "x", 1) == 1 && read(pair[1], &byte, 1) == 0;
                _exit(right ? 0 : 1);
        }
        cr_assert_gt(reader, 0);
        cr_assert(datagrams_settle(pair[0], NULL, 0, 60 * USEC_PER_SEC));
        cr_assert_eq(read(done[0], &byte, 1), 1);
        cr_assert_eq(waitpid(reader, NULL, 0), reader);
        for (size_t i = 0; i < 2; i++) {
                fd_close(pair[i]);
                fd_close(done[i]);
        }
}

/* There is no room for the empty one before something is read. */
Test(fd, datagrams_that_fill_the_queue)
{
        char byte;
        int pair[2];
        pid_t reader;

        cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
        while (send(pair[0], "x", 1, MSG_DONTWAIT) == 1)
                ;
        cr_assert_not(datagrams_settle(pair[0], NULL, 0, 10 * USEC_PER_MSEC), "nobody reads");
        reader = fork();
        if (reader == 0)
                for (;;)
                        if (read(pair[1], &byte, 1) == 0)
                                _exit(0);
        cr_assert_gt(reader, 0);
        cr_assert(datagrams_settle(pair[0], NULL, 0, 60 * USEC_PER_SEC));
        cr_assert_eq(waitpid(reader, NULL, 0), reader, "the empty one has come");
        fd_close(pair[0]);
        fd_close(pair[1]);
}
