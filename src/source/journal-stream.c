/* SPDX-License-Identifier: Apache-2.0 */

/* A connection to journald's stdout socket: a header of a few lines, then the container's, each with its newline.
 *
 * Lines are gathered in a buffer and written when it is full and at the end of the wake-up. When the socket is full, the
 * stream is `blocked` until EPOLLOUT, which the kernel gives once three quarters of it are read; whoever has lines
 * keeps them so long. A line that is larger than the buffer is written from where it lies, over as many calls as
 * it takes; journald cuts it, by its LineMax=.
 *
 * systemd keeps the connection over a restart of journald. Should it break all the same, a new one is made, and goes on with
 * the line that was not written whole. */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "source/event-util.h"
#include "source/journal-stream.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

#define BUFFER_SIZE ((size_t) 64 * 1024)
/* What is taken and not sent would be lost with us; and empty lines make many a line of few bytes. */
#define BUFFER_LINES 512U
#define BACKOFF_MIN_USEC (100 * USEC_PER_MSEC)
#define BACKOFF_MAX_USEC (2 * USEC_PER_SEC)

struct JournalStream {
        sd_event *event;
        struct sockaddr_un address;
        socklen_t address_size;
        char *header;
        int fd;
        const JournalStreamOps *ops;
        void *userdata;

        sd_event_source *room;  /* EPOLLOUT of fd */
        sd_event_source *retry; /* to connect anew */
        sd_event_source *end;   /* of this wake-up */
        bool blocked;           /* one of room and retry will tell when to go on */
        uint64_t backoff_usec;  /* 0: connected */

        char *buffer;
        size_t size, sent;
        unsigned n_lines;    /* in the buffer */
        size_t line_start;   /* of the line that is being sent: there a new connection begins */
        size_t begun;        /* of a large line that was not taken yet: so much of it is written */
        uint64_t n_sent;     /* lines, all in all */
};

static int stream_on_room(sd_event_source *source, int fd, uint32_t revents, void *userdata);

static int stream_connect(JournalStream *s)
{
        static const EventTraits traits = { "journal-stream-room", EVENT_PRIORITY_JOURNAL, EVENT_FAILURE_EXIT };
        int r;

        s->room = sd_event_source_disable_unref(s->room);
        s->fd = fd_close(s->fd);
        s->fd = RET_NERRNO(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (s->fd < 0)
                return s->fd;
        r = RET_NERRNO(connect(s->fd, (const struct sockaddr *) &s->address, s->address_size));
        if (r < 0)
                return r;
        (void) shutdown(s->fd, SHUT_RD);
        /* A fresh socket has room for this. */
        r = RET_NERRNO(send(s->fd, s->header, strlen(s->header), MSG_NOSIGNAL)) < 0 ? -errno : 0;
        if (r < 0)
                return r;
        r = event_add_io(s->event, &s->room, s->fd, EPOLLOUT, stream_on_room, s, &traits);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(s->room, SD_EVENT_OFF);
}

static void wait_a_while(JournalStream *s)
{
        s->backoff_usec = s->backoff_usec == 0 ? BACKOFF_MIN_USEC : MIN(s->backoff_usec * 2, BACKOFF_MAX_USEC);
        (void) timer_arm(s->retry, s->backoff_usec);
}

/* The line that was not written whole comes again from its start. */
static void rewind_line(JournalStream *s)
{
        s->sent = s->line_start;
        s->begun = 0;
}

/* How much was written; 0 where the stream is blocked now. */
static size_t stream_write(JournalStream *s, const char *data, size_t size)
{
        ssize_t k = RET_NERRNO(send(s->fd, data, size, MSG_NOSIGNAL));

        if (k >= 0)
                return (size_t) k;
        s->blocked = true;
        if (k == -EAGAIN)
                (void) sd_event_source_set_enabled(s->room, SD_EVENT_ONESHOT);
        else {
                rewind_line(s);
                wait_a_while(s);
        }
        return 0;
}

/* Moves line_start behind the last newline that is sent. */
static void note_sent(JournalStream *s, size_t n)
{
        const char *newline = memrchr(s->buffer + s->sent, '\n', n);

        s->sent += n;
        if (newline)
                s->line_start = (size_t) (newline + 1 - s->buffer);
}

bool journal_stream_flush(JournalStream *s)
{
        assert(s);
        while (s->sent < s->size && !s->blocked)
                note_sent(s, stream_write(s, s->buffer + s->sent, s->size - s->sent));
        if (s->sent < s->size)
                return false;
        s->size = s->sent = s->line_start = 0;
        if (s->n_lines > 0) {
                s->n_sent += s->n_lines;
                s->n_lines = 0;
                if (s->ops->on_sent)
                        s->ops->on_sent(s->n_sent, s->userdata);
        }
        return true;
}

static int stream_on_end(sd_event_source *source, void *userdata)
{
        (void) journal_stream_flush(ASSERT_PTR(userdata));
        return 0;
}

static void go_on(JournalStream *s)
{
        s->blocked = false;
        if (journal_stream_flush(s) && !s->blocked)
                s->ops->on_room(s->userdata);
}

static int stream_on_room(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        go_on(ASSERT_PTR(userdata));
        return 0;
}

static int stream_on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        JournalStream *s = ASSERT_PTR(userdata);

        if (stream_connect(s) < 0) {
                wait_a_while(s);
                return 0;
        }
        s->backoff_usec = 0;
        go_on(s);
        return 0;
}

/* Behind what is in the buffer, as the order stays. What is written of it and not taken is `begun`. */
static int send_large(JournalStream *s, const char *data, size_t size, bool part)
{
        if (!journal_stream_flush(s))
                return 0;
        while (s->begun < size && !s->blocked) {
                size_t n = stream_write(s, data + s->begun, size - s->begun);

                s->begun += n; /* behind the call, which may have set it back */
        }
        if (s->begun < size)
                return 0;
        s->begun = 0;
        return journal_stream_send(s, NULL, 0, part);
}

int journal_stream_send(JournalStream *s, const void *data, size_t size, bool part)
{
        assert(s);
        assert(data || size == 0);
        if (size >= BUFFER_SIZE && s->begun <= size)
                return send_large(s, data, size, part);
        if (s->begun > 0) { /* that line does not come any more: it ends here */
                s->begun = 0;
                s->buffer[s->size++] = '\n';
                return journal_stream_send(s, data, size, part);
        }
        if ((s->size + size + 1 > BUFFER_SIZE || s->n_lines >= BUFFER_LINES) && !journal_stream_flush(s))
                return 0;
        if (size > 0)
                memcpy(s->buffer + s->size, data, size);
        s->size += size;
        if (!part)
                s->buffer[s->size++] = '\n';
        s->n_lines++;
        if (!s->blocked)
                (void) defer_arm(s->end);
        return 1;
}

bool journal_stream_drain(JournalStream *s, uint64_t timeout_usec)
{
        assert(s);
        for (;;) {
                struct pollfd p = { .fd = s->fd, .events = POLLOUT };

                s->blocked = false;
                if (journal_stream_flush(s))
                        return true;
                if (s->backoff_usec > 0 || poll(&p, 1, (int) (timeout_usec / USEC_PER_MSEC)) <= 0)
                        return false;
        }
}

JournalStream *journal_stream_free(JournalStream *s)
{
        if (!s)
                return NULL;
        sd_event_source_disable_unref(s->room);
        sd_event_source_disable_unref(s->retry);
        sd_event_source_disable_unref(s->end);
        fd_close(s->fd);
        free(s->header);
        free(s->buffer);
        sd_event_unref(s->event);
        free(s);
        return NULL;
}

/* identifier, unit (journald knows it from our cgroup), priority, whether "<N>" is a priority, and three times no: to syslog,
 * kernel log, console. */
static int make_header(JournalStream *s, const char *identifier, int priority)
{
        if (strchr(identifier, '\n'))
                return -EINVAL;
        return asprintf(&s->header, "%s\n\n%i\n1\n0\n0\n0\n", identifier, priority) < 0 ? -ENOMEM : 0;
}

int journal_stream_new(JournalStream **ret, sd_event *event, const char *socket_path, const char *identifier,
                       int priority, const JournalStreamOps *ops, void *userdata)
{
        static const EventTraits retry = { "journal-stream-retry", EVENT_PRIORITY_JOURNAL, EVENT_FAILURE_EXIT };
        static const EventTraits end = { "journal-stream-flush", EVENT_PRIORITY_JOURNAL, EVENT_FAILURE_EXIT };
        _cleanup_(journal_stream_freep) JournalStream *s = NULL;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->event = sd_event_ref(event);
        s->fd = -EBADF;
        s->ops = ops;
        s->userdata = userdata;
        s->address.sun_family = AF_UNIX;
        if (strlen(socket_path) >= sizeof(s->address.sun_path))
                return -ENAMETOOLONG;
        strcpy(s->address.sun_path, socket_path);
        s->address_size = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + strlen(socket_path) + 1);
        s->buffer = malloc(BUFFER_SIZE);
        if (!s->buffer)
                return -ENOMEM;
        r = make_header(s, identifier, priority);
        if (r >= 0)
                r = event_add_timer(event, &s->retry, stream_on_retry, s, &retry);
        if (r >= 0)
                r = event_add_defer(event, &s->end, stream_on_end, s, &end);
        if (r >= 0)
                r = stream_connect(s);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}
