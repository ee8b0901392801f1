/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Bytes into every kind of descriptor. */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "journal/raw-sink.h"
#include "loop.h"
#include "util/fd.h"
#include "util/macro.h"

/* More than any pipe, socket or terminal has room for, with newlines and NULs in it. */
#define SIZE ((size_t) 4 * 1024 * 1024)
#define PIECE ((size_t) 30000)

static sd_event *event;
static RawSink *sink;
static int room, failures, error;
static bool free_in_room;
static char *data;

static void on_room(void *userdata)
{
        cr_assert_eq(userdata, &event);
        room++;
        if (free_in_room)
                sink = raw_sink_free(sink);
}

static void on_failed(int r, void *userdata)
{
        failures++;
        error = r;
}

static const RawSinkOps ops = { on_room, on_failed };

static void setup(void)
{
        (void) signal(SIGPIPE, SIG_IGN);
        event = loop_new();
        data = malloc(SIZE);
        cr_assert_not_null(data);
        for (size_t i = 0; i < SIZE; i++)
                data[i] = (char) (i * i / 7);
}

static void teardown(void)
{
        sink = raw_sink_free(sink);
        event = sd_event_unref(event);
        free(data);
}

TestSuite(raw_sink, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static void new_sink(int fd)
{
        int flags = fcntl(fd, F_GETFL);

        cr_assert_eq(raw_sink_new(&sink, event, fd, &ops, &event), 0);
        cr_assert_eq(fcntl(fd, F_GETFL), flags, "the flags are others'");
}

/* Writes all of it, and reads it at the other end only when there is no room. */
static void write_and_read(int fd)
{
        size_t done = 0, seen = 0;

        while (seen < SIZE) {
                size_t n = MIN(PIECE, SIZE - done);
                char buffer[5000];
                ssize_t k;

                if (n > 0 && raw_sink_send(sink, data + done, n) > 0) {
                        done += n;
                        continue;
                }
                (void) sd_event_run(event, 0);
                k = read(fd, buffer, sizeof(buffer));
                if (k < 0 && errno == EAGAIN)
                        continue;
                cr_assert_gt(k, 0);
                cr_assert_eq(memcmp(buffer, data + seen, (size_t) k), 0, "at %zu", seen);
                seen += (size_t) k;
        }
        loop_settle(event);
        cr_assert(raw_sink_is_empty(sink));
        cr_assert_gt(room, 0);
        cr_assert_eq(failures, 0);
}

static void set_nonblocking(int fd)
{
        cr_assert_geq(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
}

Test(raw_sink, pipe)
{
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        set_nonblocking(p[0]);
        new_sink(p[1]);
        write_and_read(p[0]);
}

/* As after a change of the user: the pipe is another's. */
Test(raw_sink, pipe_that_can_t_be_opened_once_more)
{
        int p[2];

        if (geteuid() != 0)
                return;
        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        set_nonblocking(p[0]);
        cr_assert_eq(setresuid(65534, 65534, 0), 0);
        new_sink(p[1]);
        cr_assert_eq(setresuid(0, 0, 0), 0);
        write_and_read(p[0]);
}

Test(raw_sink, socket)
{
        int p[2];

        cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p), 0);
        set_nonblocking(p[0]);
        new_sink(p[1]);
        write_and_read(p[0]);
}

static void open_raw_terminal(int *ret_master, int *ret_slave)
{
        struct termios t = {};

        cr_assert_eq(openpty(ret_master, ret_slave, NULL, NULL, NULL), 0);
        cr_assert_eq(tcgetattr(*ret_slave, &t), 0);
        cfmakeraw(&t);
        cr_assert_eq(tcsetattr(*ret_slave, TCSANOW, &t), 0);
        set_nonblocking(*ret_master);
}

Test(raw_sink, terminal)
{
        int master, slave;

        open_raw_terminal(&master, &slave);
        new_sink(slave);
        write_and_read(master);
}

Test(raw_sink, terminal_that_can_t_be_opened_once_more)
{
        int master, slave;

        if (geteuid() != 0)
                return;
        open_raw_terminal(&master, &slave);
        cr_assert_eq(fchmod(slave, 0600), 0);
        cr_assert_eq(setresuid(65534, 65534, 0), 0);
        new_sink(slave);
        cr_assert_eq(setresuid(0, 0, 0), 0);
        write_and_read(master);
}

Test(raw_sink, file_goes_on_where_it_is)
{
        _cleanup_close_ int fd = memfd_create("file", MFD_CLOEXEC);
        char buffer[16] = "";

        cr_assert_eq(write(fd, "before ", 7), 7);
        new_sink(fd);
        cr_assert_eq(raw_sink_send(sink, "a\0\n", 3), 1);
        cr_assert_eq(raw_sink_send(sink, "b", 1), 1);
        cr_assert(raw_sink_is_empty(sink));
        cr_assert_eq(pread(fd, buffer, sizeof(buffer), 0), 11);
        cr_assert_eq(memcmp(buffer, "before a\0\nb", 11), 0);
}

Test(raw_sink, full_device_fails_once_and_takes_everything)
{
        _cleanup_close_ int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

        new_sink(fd);
        cr_assert_eq(raw_sink_send(sink, "one", 3), 1);
        cr_assert_eq(raw_sink_send(sink, "two", 3), 1);
        cr_assert_eq(failures, 1);
        cr_assert_eq(error, -ENOSPC);
        cr_assert(raw_sink_is_empty(sink));
}

Test(raw_sink, null_takes_everything)
{
        _cleanup_close_ int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

        new_sink(fd);
        cr_assert_eq(raw_sink_send(sink, data, SIZE), 1);
        cr_assert(raw_sink_is_empty(sink));
}

Test(raw_sink, pipe_that_nobody_reads)
{
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        new_sink(p[1]);
        cr_assert_eq(raw_sink_send(sink, data, SIZE), 1);
        cr_assert_eq(failures, 0);
        cr_assert_eq(raw_sink_send(sink, "x", 1), 0);
        cr_assert_not(raw_sink_is_empty(sink));
        close(p[0]);
        loop_until(event, failures == 1);
        cr_assert_eq(error, -EPIPE);
        cr_assert_eq(room, 1);
        cr_assert(raw_sink_is_empty(sink));
        cr_assert_eq(raw_sink_send(sink, "x", 1), 1);
        cr_assert_eq(failures, 1);
}

Test(raw_sink, reader_that_was_gone_before)
{
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        close(p[0]);
        new_sink(p[1]);
        cr_assert_eq(raw_sink_send(sink, "x", 1), 1);
        cr_assert_eq(error, -EPIPE);
}

Test(raw_sink, free_in_on_room)
{
        char buffer[5000];
        int p[2];

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        set_nonblocking(p[0]);
        new_sink(p[1]);
        free_in_room = true;
        cr_assert_eq(raw_sink_send(sink, data, 100000), 1);
        loop_until(event, read(p[0], buffer, sizeof(buffer)) < 0 || room > 0);
        while (!room) {
                cr_assert(read(p[0], buffer, sizeof(buffer)) >= 0 || errno == EAGAIN);
                (void) sd_event_run(event, 0);
        }
        cr_assert_null(sink);
}

Test(raw_sink, the_same_file)
{
        int p[2], other;

        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        other = dup(p[1]);
        new_sink(p[1]);
        cr_assert(raw_sink_is_same(sink, other));
        cr_assert_not(raw_sink_is_same(sink, STDIN_FILENO));
        cr_assert_not(raw_sink_is_same(sink, -EBADF));
}

Test(raw_sink, no_descriptor)
{
        RawSink *none = NULL;

        cr_assert_eq(raw_sink_new(&none, event, 1000, &ops, NULL), -EBADF);
        cr_assert_null(none);
        cr_assert_null(raw_sink_free(NULL));
}
