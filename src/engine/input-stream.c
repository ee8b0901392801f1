/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* There is one buffer: it is filled from fd when it is empty, and sent as fast as the engine takes it. So we
 * read from fd only while there is room, and a slow container slows down what writes to fd.
 *
 * Other processes share fd (the shell that ran us, the unit's next process). O_NONBLOCK belongs to the open
 * file and not to the descriptor, so it is not changed; if poll(2) reports data, one read(2) does not block.
 * epoll refuses what is always ready, files and /dev/null: a defer source reads these in pieces. */

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine-upgrade.h"
#include "engine/input-stream.h"
#include "loop/event-util.h"
#include "util/log.h"
#include "util/macro.h"

#define BUFFER_SIZE (64U * 1024)

struct InputStream {
        sd_event *event;
        EngineUpgrade *upgrade;
        const InputStreamOps *ops;
        void *userdata;
        int fd;
        mode_t type;  /* S_IFREG, … of fd */
        off_t offset; /* in a regular file */
        bool tty;
        sd_event_source *source;
        bool always_ready; /* source is a defer source */
        bool open;
        bool at_end; /* of fd */
        bool ended;  /* on_end was called */
        int error;   /* of reading */
        size_t size, sent;
        char buffer[BUFFER_SIZE];
};

static void input_end(InputStream *i, int r, const char *message)
{
        if (i->ended)
                return;
        i->ended = true;
        i->source = sd_event_source_disable_unref(i->source);
        i->ops->on_end(r, message, i->userdata);
}

/* All that was read is sent: read more, or pass the end on. */
static void input_drained(InputStream *i)
{
        int r;

        if (!i->at_end) {
                r = i->always_ready ? defer_arm(i->source)
                                    : sd_event_source_set_enabled(i->source, SD_EVENT_ON);
                if (r >= 0)
                        return;
                i->error = r;
        }
        if (!i->tty)
                engine_upgrade_finish(i->upgrade);
        input_end(i, i->error, i->error < 0 ? strerror(-i->error) : NULL);
}

static void input_send(InputStream *i)
{
        while (i->sent < i->size) {
                ssize_t n = engine_upgrade_send(i->upgrade, i->buffer + i->sent, i->size - i->sent);

                /* If the connection is broken, its end is about to be reported. */
                if (n <= 0)
                        return;
                i->sent += (size_t) n;
        }
        i->size = i->sent = 0;
        input_drained(i);
}

static ssize_t read_some(InputStream *i)
{
        struct pollfd p = { .fd = i->fd, .events = POLLIN };

        switch (i->type) {
        case S_IFSOCK:
                return RET_NERRNO(recv(i->fd, i->buffer, BUFFER_SIZE, MSG_DONTWAIT));
        case S_IFREG:
                return RET_NERRNO(pread(i->fd, i->buffer, BUFFER_SIZE, i->offset));
        default:
                if (poll(&p, 1, 0) <= 0)
                        return -EAGAIN;
                return RET_NERRNO(read(i->fd, i->buffer, BUFFER_SIZE));
        }
}

static void input_fill(InputStream *i)
{
        ssize_t n = read_some(i);

        if (n == -EAGAIN || n == -EINTR) {
                if (i->always_ready)
                        (void) defer_arm(i->source);
                return;
        }
        (void) sd_event_source_set_enabled(i->source, SD_EVENT_OFF);
        i->at_end = n <= 0;
        /* -EIO: a terminal that was hung up, which is an end like any other. */
        if (n < 0 && n != -EIO)
                i->error = (int) n;
        if (n > 0) {
                i->size = (size_t) n;
                i->offset += n;
        }
        input_send(i);
}

static int input_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        input_fill(ASSERT_PTR(userdata));
        return 0;
}

static int input_on_defer(sd_event_source *source, void *userdata)
{
        input_fill(ASSERT_PTR(userdata));
        return 0;
}

static int input_listen(InputStream *i)
{
        static const EventTraits traits = { "input", EVENT_PRIORITY_LOG, EVENT_FAILURE_DISABLE };
        int r = event_add_io(i->event, &i->source, i->fd, EPOLLIN, input_on_io, i, &traits);

        if (r != -EPERM)
                return r;
        i->always_ready = true;
        r = event_add_defer(i->event, &i->source, input_on_defer, i, &traits);
        return r < 0 ? r : defer_arm(i->source);
}

static void input_on_open(void *userdata)
{
        InputStream *i = ASSERT_PTR(userdata);
        int r;

        i->open = true;
        i->ops->on_open(i->userdata);
        r = input_listen(i);
        if (r >= 0)
                return;
        i->at_end = true;
        i->error = r == -EBADF ? 0 : r;
        input_drained(i);
}

static void input_on_room(void *userdata)
{
        input_send(ASSERT_PTR(userdata));
}

static void input_on_connection_end(int r, const char *message, void *userdata)
{
        InputStream *i = ASSERT_PTR(userdata);

        if (i->open && !i->ended)
                log_debug("The container takes no more input.");
        input_end(i, r, message);
}

InputStream *input_stream_free(InputStream *i)
{
        if (!i)
                return NULL;
        sd_event_source_disable_unref(i->source);
        engine_upgrade_free(i->upgrade);
        sd_event_unref(i->event);
        free(i);
        return NULL;
}

static char *input_path(const InputStreamConfig *config)
{
        _cleanup_free_ char *keys = engine_escape(config->detach_keys ?: "");
        char *path;

        if (!keys || asprintf(&path, "/containers/%s/attach?stream=1&stdin=1%s%s", config->id,
                              *keys ? "&detachKeys=" : "", keys) < 0)
                return NULL;
        return path;
}

/* Finds out what fd is, and the current position in it. */
static void input_look(InputStream *i)
{
        struct stat st;

        if (fstat(i->fd, &st) < 0)
                return;
        i->type = st.st_mode & S_IFMT;
        if (i->type == S_IFREG)
                i->offset = MAX(lseek(i->fd, 0, SEEK_CUR), (off_t) 0);
}

int input_stream_new(InputStream **ret, sd_event *event, Engine *engine, const InputStreamConfig *config,
                     const InputStreamOps *ops, void *userdata)
{
        static const EngineUpgradeOps upgrade_ops = { input_on_open, input_on_room,
                                                      input_on_connection_end };
        _cleanup_(input_stream_freep) InputStream *i = NULL;
        _cleanup_free_ char *path = input_path(config);
        int r;

        i = path ? calloc(1, sizeof(*i)) : NULL;
        if (!i)
                return -ENOMEM;
        i->event = sd_event_ref(event);
        i->fd = config->fd;
        i->tty = config->tty;
        i->ops = ops;
        i->userdata = userdata;
        input_look(i);
        r = engine_upgrade_new(&i->upgrade, event, engine, path, &upgrade_ops, i);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(i);
        return 0;
}
