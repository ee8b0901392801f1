/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The program's own messages. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/log.h"

/* Redirects stderr to a file in memory until read_stderr() is called. */
static int memory_fd, saved_fd;

static void redirect_stderr(void)
{
        unsetenv("JOURNAL_STREAM");
        memory_fd = memfd_create("stderr", MFD_CLOEXEC);
        saved_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        cr_assert(memory_fd >= 0 && saved_fd >= 0);
        cr_assert_geq(dup2(memory_fd, STDERR_FILENO), 0);
}

static const char *read_stderr(void)
{
        static char buffer[4096];
        ssize_t n = pread(memory_fd, buffer, sizeof(buffer) - 1, 0);

        (void) dup2(saved_fd, STDERR_FILENO);
        close(saved_fd);
        close(memory_fd);
        cr_assert_geq(n, 0);
        buffer[n] = 0;
        return buffer;
}

Test(log, one_line_with_our_name)
{
        redirect_stderr();
        log_info("two\nlines\x1b\n \n");
        cr_assert_str_eq(read_stderr(), "systemd-docker: two lines \n");
}

Test(log, errno_is_named_and_returned)
{
        redirect_stderr();
        cr_assert_eq(log_error_errno(-ENOENT, "Failed: %m"), -ENOENT);
        cr_assert_eq(log_error_errno(EINVAL, "Failed: %m"), -EINVAL);
        cr_assert_eq(log_debug_errno(EIO, "not written"), -EIO);
        cr_assert_eq(log_debug_errno(-EIO, "not written"), -EIO);
        cr_assert_eq(log_oom(), -ENOMEM);
        cr_assert_str_eq(read_stderr(), "systemd-docker: Failed: No such file or directory\n"
                                        "systemd-docker: Failed: Invalid argument\n"
                                        "systemd-docker: Out of memory.\n");
}

Test(log, level)
{
        redirect_stderr();
        log_set_max_level(LOG_ERR);
        log_warning("no");
        log_error("yes");
        log_set_max_level(LOG_DEBUG);
        cr_assert_eq(log_max_level(), LOG_DEBUG);
        log_debug("yes");
        cr_assert_str_eq(read_stderr(), "systemd-docker: yes\nsystemd-docker: yes\n");
}

Test(log, prefix_where_stderr_is_the_journals)
{
        char stream[64];
        struct stat st;

        redirect_stderr();
        cr_assert(!log_is_journal(STDERR_FILENO));
        cr_assert_eq(fstat(STDERR_FILENO, &st), 0);
        snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long) st.st_dev,
                 (unsigned long long) st.st_ino);
        setenv("JOURNAL_STREAM", stream, true);
        cr_assert(log_is_journal(STDERR_FILENO));
        log_warning("x");
        setenv("JOURNAL_STREAM", "1:2", true);
        cr_assert(!log_is_journal(STDERR_FILENO));
        setenv("JOURNAL_STREAM", "nonsense", true);
        cr_assert(!log_is_journal(STDERR_FILENO));
        cr_assert_str_eq(read_stderr(), "<4>x\n");
}

static char sunk[256];

static bool sink(int priority, const LogTag *tag, const char *message, void *userdata)
{
        snprintf(sunk, sizeof(sunk), "%i %s %s", priority, tag && tag->message_id ? tag->message_id : "-",
                 message);
        return *(bool *) userdata;
}

Test(log, sink)
{
        bool takes = true;

        redirect_stderr();
        log_set_sink(sink, &takes);
        log_notice("a\tb");
        cr_assert_str_eq(sunk, "5 - a b");
        log_event(LOG_INFO, "0123456789abcdef0123456789abcdef", "%s", "c");
        cr_assert_str_eq(sunk, "6 0123456789abcdef0123456789abcdef c");
        takes = false;
        log_error("refused");
        log_set_sink(NULL, NULL);
        cr_assert_str_eq(read_stderr(), "systemd-docker: refused\n");
}

/* journald finds the unit of the sender while that one lives. */
Test(log, settles_once_the_stream_is_read)
{
        char stream[64], byte;
        struct stat st;
        int pair[2];
        pid_t reader;

        cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        cr_assert_eq(fstat(pair[0], &st), 0);
        (void) snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long) st.st_dev,
                        (unsigned long long) st.st_ino);
        setenv("JOURNAL_STREAM", stream, true);
        cr_assert_eq(dup2(pair[0], STDERR_FILENO), STDERR_FILENO);
        cr_assert_eq(send(STDERR_FILENO, "x", 1, 0), 1);
        reader = fork();
        if (reader == 0) {
                (void) usleep(50 * USEC_PER_MSEC);
                _exit(read(pair[1], &byte, 1) == 1 ? 0 : 1);
        }
        cr_assert_gt(reader, 0);
        log_settle();
        cr_assert(socket_settle(STDERR_FILENO, 0));
}
