/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A connection to journald's stdout socket: a header of a few lines, then the container's lines, each with
 * its newline.
 *
 * Lines are collected in a buffer, and written when it is full and at the end of the wake-up. While the
 * socket is full, the caller keeps its lines. A line that is larger than the buffer is written without a
 * copy, with as many calls as it takes; journald cuts it at its LineMax=.
 *
 * When the connection breaks, we connect again and go on with the line that was not written completely. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "codec/systemd/unit-properties.h"
#include "journal-stream.h"
#include "loop/event-util.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/memory.h"

#define BUFFER_SIZE ((size_t) 64 * 1024)
/* Lines that were taken and not sent are lost when we are killed; and a buffer holds very many empty lines.
 */
#define BUFFER_LINES 512U
/* The longest name of a unit. journald reads a longer line of the header as two lines, and then drops the
 * whole stream. */
#define IDENTIFIER_MAX 254U

struct JournalStream {
        JournalSocket socket;
        char *header;

        char *buffer;
        size_t size, sent;
        unsigned n_lines;  /* in the buffer */
        size_t line_start; /* of the line that is being sent: a new connection begins there */
        size_t begun;      /* bytes that are written of a large line that is not taken yet */
        uint64_t n_sent;   /* lines that were ever handed to journald */
};

static int stream_prepare(void *owner)
{
        JournalStream *s = owner;

        (void) shutdown(s->socket.fd, SHUT_RD);
        /* A new socket has room for this. */
        if (send(s->socket.fd, s->header, strlen(s->header), MSG_NOSIGNAL) < 0)
                return -errno;
        journal_socket_progress(&s->socket);
        return 0;
}

/* The line that was not written completely is sent again from its start. */
static void rewind_line(JournalStream *s)
{
        s->sent = s->line_start;
        s->begun = 0;
}

/* Returns how much was written; 0: the stream is blocked now. */
static size_t stream_write(JournalStream *s, const char *data, size_t size)
{
        ssize_t k = RET_NERRNO(send(s->socket.fd, data, size, MSG_NOSIGNAL));

        if (k >= 0)
                return (size_t) k;
        if (k == -EAGAIN)
                (void) journal_socket_wait_for_room(&s->socket);
        else {
                rewind_line(s);
                (void) journal_socket_wait_for_journald(&s->socket);
        }
        return 0;
}

/* Moves line_start to the byte after the last newline that was sent. */
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
        while (s->sent < s->size && !s->socket.blocked)
                note_sent(s, stream_write(s, s->buffer + s->sent, s->size - s->sent));
        if (s->sent < s->size)
                return false;
        s->size = s->sent = s->line_start = 0;
        if (s->n_lines > 0) {
                s->n_sent += s->n_lines;
                s->n_lines = 0;
                journal_socket_report_sent(&s->socket, s->n_sent);
        }
        return true;
}

void journal_stream_give_back(JournalStream *s)
{
        assert(s);
        if (s->size == 0)
                memory_give_back(s->buffer, BUFFER_SIZE);
}

bool journal_stream_is_empty(const JournalStream *s)
{
        assert(s);
        return s->sent == s->size;
}

/* The buffer is sent before it, so that the order is kept. What is written of a line that is not taken yet
 * is counted in `begun`. */
static int send_large(JournalStream *s, const char *data, size_t size, bool part)
{
        if (!journal_stream_flush(s))
                return 0;
        while (s->begun < size && !s->socket.blocked) {
                size_t n = stream_write(s, data + s->begun, size - s->begun);

                s->begun += n; /* after the call, which may have set it to 0 */
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
        if (s->begun > 0) { /* that line is not offered again: it ends here */
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
        (void) journal_socket_flush_later(&s->socket);
        return 1;
}

bool journal_stream_drain(JournalStream *s, uint64_t timeout_usec)
{
        assert(s);
        return journal_socket_drain(&s->socket, timeout_usec);
}

JournalStream *journal_stream_free(JournalStream *s)
{
        if (!s)
                return NULL;
        journal_socket_done(&s->socket);
        free(s->header);
        free(s->buffer);
        free(s);
        return NULL;
}

bool journal_stream_takes_identifier(const char *identifier)
{
        return strlen(identifier) <= IDENTIFIER_MAX && !strchr(identifier, '\n');
}

/* identifier, unit (journald knows it from our cgroup), priority and facility, whether "<N>" is a priority,
 * and whether lines go to syslog (no), kernel log, console. */
static int make_header(JournalStream *s, const JournalStreamHeader *h)
{
        bool kmsg = h->forward & JOURNAL_FORWARD_KMSG, console = h->forward & JOURNAL_FORWARD_CONSOLE;

        if (!journal_stream_takes_identifier(h->identifier))
                return -EINVAL;
        if (asprintf(&s->header, "%s\n\n%i\n%i\n0\n%i\n%i\n", h->identifier, h->priority, h->prefix, kmsg,
                     console) < 0)
                return -ENOMEM;
        return 0;
}

static bool stream_flush(void *owner)
{
        return journal_stream_flush(owner);
}

int journal_stream_new(JournalStream **ret, sd_event *event, const char *socket_path,
                       const JournalStreamHeader *header, const JournalOps *ops, void *userdata)
{
        static const JournalSocketType type = {
                SOCK_STREAM,    "journal-stream-room", "journal-stream-retry", "journal-stream-flush",
                stream_prepare, stream_flush,
        };
        _cleanup_(journal_stream_freep) JournalStream *s = NULL;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->buffer = malloc(BUFFER_SIZE);
        if (!s->buffer)
                return -ENOMEM;
        r = make_header(s, header);
        if (r >= 0)
                r = journal_socket_init(&s->socket, event, socket_path, &type, s, ops, userdata);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}
