/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* How to write without waiting depends on what the descriptor is. O_NONBLOCK would do it for all, but
 * belongs to the open file, which the shell and other processes of a pipeline have in common with us.
 *
 * A socket has a flag for each call. A pipe or a terminal is opened once more, with O_NONBLOCK for us alone.
 * Where that is not permitted (after a change of the user), a pipe is filled by splice(2), which has a flag,
 * from a pipe of our own; a terminal gets small pieces, each when poll(2) says that there is room. A file on
 * a disk and a device like /dev/null don't wait for anybody. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop/event-util.h"
#include "raw-sink.h"
#include "util/fd.h"
#include "util/macro.h"

/* A terminal reports room from one byte on; this is what the kernel's have at least when they do. */
#define TERMINAL_PIECE_MAX 64
/* What a pipe has room for (limits.h's PIPE_BUF), so that all of it goes into our own. */
#define PIPE_PIECE_MAX 4096

struct RawSink {
        int fd;  /* borrowed */
        int own; /* the same file, opened once more; -EBADF: it is not */
        int pipe[2];
        size_t in_pipe; /* bytes in our pipe */
        dev_t dev;
        ino_t ino;
        ssize_t (*write)(RawSink *s, const void *data, size_t size);
        sd_event_source *room; /* NULL: it always has room */
        const RawSinkOps *ops;
        void *userdata;

        char *rest; /* of a piece that was written in part */
        size_t rest_size, rest_done;
        bool failed; /* that was said */
};

static void fail(RawSink *s, int error)
{
        if (s->failed)
                return;
        s->failed = true;
        s->ops->on_failed(error, s->userdata);
}

/* The ways to write: how many bytes were taken, or -errno; -EAGAIN: no room. */

static ssize_t write_plainly(RawSink *s, const void *data, size_t size)
{
        return RET_NERRNO(write(s->own >= 0 ? s->own : s->fd, data, size));
}

static ssize_t write_to_socket(RawSink *s, const void *data, size_t size)
{
        return RET_NERRNO(send(s->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static ssize_t write_when_polled(RawSink *s, const void *data, size_t size)
{
        struct pollfd p = { .fd = s->fd, .events = POLLOUT };
        int r = RET_NERRNO(poll(&p, 1, 0));

        if (r < 0)
                return r;
        if (!(p.revents & (POLLOUT | POLLERR | POLLHUP)))
                return -EAGAIN;
        return RET_NERRNO(write(s->fd, data, MIN(size, (size_t) TERMINAL_PIECE_MAX)));
}

/* Bytes count as written when the other pipe has them. Until then they are the first ones of data, in each
 * call. */
static ssize_t write_by_splice(RawSink *s, const void *data, size_t size)
{
        ssize_t n;

        if (s->in_pipe == 0) {
                n = RET_NERRNO(write(s->pipe[1], data, MIN(size, (size_t) PIPE_PIECE_MAX)));
                if (n < 0)
                        return n;
                s->in_pipe = (size_t) n;
        }
        n = RET_NERRNO(splice(s->pipe[0], NULL, s->fd, NULL, s->in_pipe, SPLICE_F_NONBLOCK | SPLICE_F_MOVE));
        if (n == 0)
                return -EPIPE;
        if (n > 0)
                s->in_pipe -= (size_t) n;
        return n;
}

/* How many bytes were written; fewer than size: no room for more. -errno: the rest can't be written at all.
 */
static ssize_t write_some(RawSink *s, const char *data, size_t size)
{
        size_t done = 0;

        while (done < size) {
                ssize_t n = s->write(s, data + done, size - done);

                if (n == -EINTR)
                        continue;
                if (n == -EAGAIN && s->room)
                        break;
                if (n < 0)
                        return n;
                done += (size_t) n;
        }
        return (ssize_t) done;
}

static void drop_rest(RawSink *s)
{
        free(s->rest);
        s->rest = NULL;
        s->rest_size = s->rest_done = 0;
}

static int raw_sink_on_room(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        RawSink *s = ASSERT_PTR(userdata);
        ssize_t n = write_some(s, s->rest + s->rest_done, s->rest_size - s->rest_done);

        if (n < 0)
                fail(s, (int) n);
        else if ((s->rest_done += (size_t) n) < s->rest_size)
                return sd_event_source_set_enabled(s->room, SD_EVENT_ONESHOT);
        drop_rest(s);
        s->ops->on_room(s->userdata);
        return 0;
}

static int keep_rest(RawSink *s, const char *data, size_t size)
{
        s->rest = malloc(size);
        if (!s->rest)
                return -ENOMEM;
        memcpy(s->rest, data, size);
        s->rest_size = size;
        return sd_event_source_set_enabled(s->room, SD_EVENT_ONESHOT);
}

int raw_sink_send(RawSink *s, const void *data, size_t size)
{
        ssize_t n;

        if (s->rest)
                return 0;
        n = write_some(s, data, size);
        if (n >= 0 && (size_t) n < size)
                n = keep_rest(s, (const char *) data + n, size - (size_t) n);
        if (n < 0) {
                drop_rest(s);
                fail(s, (int) n);
        }
        return 1;
}

bool raw_sink_is_empty(const RawSink *s)
{
        return !s->rest;
}

bool raw_sink_is_same(const RawSink *s, int fd)
{
        struct stat st;

        return fstat(fd, &st) >= 0 && st.st_dev == s->dev && st.st_ino == s->ino;
}

RawSink *raw_sink_free(RawSink *s)
{
        if (!s)
                return NULL;
        sd_event_source_disable_unref(s->room);
        fd_close(s->own);
        fd_close(s->pipe[0]);
        fd_close(s->pipe[1]);
        drop_rest(s);
        free(s);
        return NULL;
}

static int open_once_more(const RawSink *s)
{
        char path[32];

        (void) snprintf(path, sizeof(path), "/proc/self/fd/%i", s->fd);
        return RET_NERRNO(open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

static int choose_way(RawSink *s, mode_t mode)
{
        bool terminal = S_ISCHR(mode) && isatty(s->fd);

        s->write = write_plainly;
        if (S_ISSOCK(mode))
                s->write = write_to_socket;
        if (S_ISFIFO(mode) || terminal)
                s->own = open_once_more(s);
        if (s->own >= 0)
                return 0;
        if (terminal)
                s->write = write_when_polled;
        if (!S_ISFIFO(mode))
                return 0;
        s->write = write_by_splice;
        return RET_NERRNO(pipe2(s->pipe, O_NONBLOCK | O_CLOEXEC));
}

static int watch_room(RawSink *s, sd_event *event)
{
        static const EventTraits traits = { "output", EVENT_PRIORITY_JOURNAL, EVENT_FAILURE_EXIT };
        int r = event_add_io(event, &s->room, s->own >= 0 ? s->own : s->fd, EPOLLOUT, raw_sink_on_room, s,
                             &traits);

        if (r == -EPERM)
                return 0;
        return r < 0 ? r : sd_event_source_set_enabled(s->room, SD_EVENT_OFF);
}

int raw_sink_new(RawSink **ret, sd_event *event, int fd, const RawSinkOps *ops, void *userdata)
{
        _cleanup_(raw_sink_freep) RawSink *s = NULL;
        struct stat st;
        int r;

        if (fstat(fd, &st) < 0)
                return -errno;
        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->fd = fd;
        s->own = s->pipe[0] = s->pipe[1] = -EBADF;
        s->dev = st.st_dev;
        s->ino = st.st_ino;
        s->ops = ops;
        s->userdata = userdata;
        r = choose_way(s, st.st_mode);
        if (r >= 0)
                r = watch_room(s, event);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}
