/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A connected, non-blocking datagram socket to journald, and a batch of entries.
 *
 * An entry is taken into the batch. The whole batch is sent with one sendmmsg(2): when it is full, and at
 * the end of the wake-up (by a defer source that runs before more output is read). Entries that are too
 * large for the batch are sent one by one, the largest as a sealed memfd, as the protocol defines it.
 *
 * libsystemd's sd_journal_sendv(3) would block the loop while journald's queue is full. Here the sink is
 * `blocked` then: it keeps what it has taken, and takes no more than fits into the batch. The caller keeps
 * the other lines. Our send buffer holds fewer than the 512 entries of journald's queue, so EPOLLOUT comes
 * after hundreds of entries were read; if we waited for room in the queue, it would come after each one.
 * When the queue is full of the entries of other services, it does come after each one: then we wait a
 * little longer. */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "journal-sink.h"
#include "loop/event-util.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/memory.h"

/* The kernel doubles it, and counts about 1.2 KiB for the entry of a short line: it holds 400 of them. */
#define SEND_BUFFER (256 * 1024)
#define BATCH_SIZE (64U * 1024)
#define BATCH_ENTRIES 128U
/* Additional room for JOURNAL_MESSAGE. */
#define RESERVE_SIZE (16U * 1024)
#define RESERVE_ENTRIES 16U
/* When fewer entries than this could be sent after a wait, the next wait begins with a pause. */
#define BURST_MIN 16U
#define PAUSE_USEC USEC_PER_MSEC

struct JournalSink {
        JournalSocket socket;
        JournalFields constant;

        bool fresh;     /* connected again, and nothing was sent since then */
        unsigned burst; /* entries sent since the last wait */

        JournalFields batch;
        struct {
                size_t end;
                JournalSinkKind kind;
        } entries[BATCH_ENTRIES + RESERVE_ENTRIES];
        unsigned n_entries, n_sent;
        uint64_t n_lines; /* that were ever handed to journald */
};

static int sink_prepare(void *owner)
{
        static const int size = SEND_BUFFER;
        JournalSink *s = owner;

        if (setsockopt(s->socket.fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
                (void) setsockopt(s->socket.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
        return 0;
}

/* An entry in memory: one piece in the batch, several pieces where it is large. */
typedef struct Entry {
        const struct iovec *iov;
        size_t n;
} Entry;

static int write_entry(int fd, Entry entry)
{
        for (size_t i = 0; i < entry.n; i++) {
                int r = write_all(fd, entry.iov[i].iov_base, entry.iov[i].iov_len);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* An entry of any size: an empty datagram with a sealed memfd that holds the fields. */
static int send_memfd(JournalSink *s, Entry entry)
{
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(int))];
        } control = {};
        struct msghdr message = { .msg_control = &control, .msg_controllen = sizeof(control) };
        _cleanup_close_ int fd = -EBADF;
        struct cmsghdr *c;
        int r;

        fd = RET_NERRNO(memfd_create("journal-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING));
        if (fd < 0)
                return fd;
        r = write_entry(fd, entry);
        if (r < 0)
                return r;
        r = RET_NERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE));
        if (r < 0)
                return r;
        c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof(int));
        r = (int) RET_NERRNO(sendmsg(s->socket.fd, &message, MSG_NOSIGNAL));
        return r < 0 ? r : 0;
}

static int send_one(JournalSink *s, Entry entry)
{
        struct msghdr message = { .msg_iov = (struct iovec *) entry.iov, .msg_iovlen = entry.n };
        ssize_t k = RET_NERRNO(sendmsg(s->socket.fd, &message, MSG_NOSIGNAL));

        if (k == -EMSGSIZE || k == -ENOBUFS)
                return send_memfd(s, entry);
        return k < 0 ? (int) k : 0;
}

static void note_progress(JournalSink *s, unsigned n)
{
        s->burst += n;
        s->fresh = false;
        journal_socket_progress(&s->socket);
}

/* The next n entries of the batch were handed to journald. */
static void note_sent(JournalSink *s, unsigned n)
{
        uint64_t before = s->n_lines;

        for (; n > 0; n--)
                s->n_lines += s->entries[s->n_sent++].kind == JOURNAL_LINE;
        if (s->n_lines > before)
                journal_socket_report_sent(&s->socket, s->n_lines);
}

static bool journald_is_gone(int r)
{
        return r == -ECONNREFUSED || r == -ENOTCONN || r == -ECONNRESET || r == -ENOENT || r == -EPIPE;
}

/* Decides what the failure r to send an entry means. 1: try again now. 0: the sink is blocked. -errno: this
 * entry can't be sent at all. */
static int handle_failure(JournalSink *s, int r)
{
        bool gone = journald_is_gone(r);

        if (r == -EPERM || r == -ENOSYS || r == -EACCES)
                return r; /* a SystemCallFilter= forbids memfds, and that does not change */
        if (gone && !s->fresh && journal_socket_connect(&s->socket) >= 0) {
                s->fresh = true; /* connect only once before the next wait */
                return 1;
        }
        if (r != -EAGAIN)
                r = journal_socket_wait_for_journald(&s->socket);
        else if (s->burst < BURST_MIN)
                r = journal_socket_pause(&s->socket, PAUSE_USEC);
        else
                r = journal_socket_wait_for_room(&s->socket);
        s->burst = 0;
        return r < 0 ? r : 0;
}

static size_t entry_start(const JournalSink *s, unsigned i)
{
        return i == 0 ? 0 : s->entries[i - 1].end;
}

static int send_batch(JournalSink *s)
{
        struct mmsghdr messages[ELEMENTSOF(s->entries)];
        struct iovec iov[ELEMENTSOF(s->entries)];
        unsigned n = 0;
        int k;

        for (unsigned i = s->n_sent; i < s->n_entries; i++, n++) {
                iov[n] = (struct iovec){ s->batch.data + entry_start(s, i),
                                         s->entries[i].end - entry_start(s, i) };
                messages[n] = (struct mmsghdr){ .msg_hdr = { .msg_iov = iov + n, .msg_iovlen = 1 } };
        }
        k = RET_NERRNO(sendmmsg(s->socket.fd, messages, n, MSG_NOSIGNAL));
        if (k == -EMSGSIZE || k == -ENOBUFS) {
                k = send_memfd(s, (Entry){ iov, 1 });
                return k < 0 ? k : 1;
        }
        return k;
}

bool journal_sink_flush(JournalSink *s)
{
        assert(s);
        while (s->n_sent < s->n_entries && !s->socket.blocked) {
                int k = send_batch(s);

                if (k > 0)
                        note_progress(s, (unsigned) k);
                else if (handle_failure(s, k) < 0)
                        k = 1; /* this entry can't be sent: the others go on */
                if (k > 0)
                        note_sent(s, (unsigned) k);
        }
        if (s->n_sent < s->n_entries)
                return false;
        journal_fields_clear(&s->batch);
        s->n_entries = s->n_sent = 0;
        return true;
}

void journal_sink_give_back(JournalSink *s)
{
        assert(s);
        if (s->n_entries == 0)
                memory_give_back(s->batch.data, s->batch.allocated);
}

bool journal_sink_is_empty(const JournalSink *s)
{
        assert(s);
        return s->n_sent == s->n_entries;
}

static bool batch_has_room(const JournalSink *s, JournalSinkKind kind, size_t size)
{
        bool message = kind == JOURNAL_MESSAGE;

        return s->n_entries < BATCH_ENTRIES + (message ? RESERVE_ENTRIES : 0) &&
               s->batch.size + size <= BATCH_SIZE + (message ? RESERVE_SIZE : 0);
}

static int take(JournalSink *s, JournalSinkKind kind, Entry entry)
{
        int r;

        for (size_t i = 0; i < entry.n; i++) {
                r = journal_fields_append_raw(&s->batch, entry.iov[i].iov_base, entry.iov[i].iov_len);
                assert(r >= 0); /* the memory was reserved */
        }
        s->entries[s->n_entries].end = s->batch.size;
        s->entries[s->n_entries++].kind = kind;
        r = journal_socket_flush_later(&s->socket);
        return r < 0 ? r : 1;
}

/* An entry that does not fit into the batch. The batch is sent before it, so that the order is kept. */
static int send_large(JournalSink *s, JournalSinkKind kind, Entry entry)
{
        int r = journal_sink_flush(s) && !s->socket.blocked;

        while (r > 0) {
                r = send_one(s, entry);
                if (r >= 0) {
                        note_progress(s, 1);
                        s->n_lines += kind == JOURNAL_LINE;
                        journal_socket_report_sent(&s->socket, s->n_lines);
                        return 1;
                }
                r = handle_failure(s, r);
        }
        return r;
}

int journal_sink_send(JournalSink *s, JournalSinkKind kind, const JournalFields *fields, const void *message,
                      size_t size)
{
        char header[JOURNAL_MESSAGE_HEADER_MAX];
        const struct iovec iov[] = {
                { s->constant.data, s->constant.size },
                { fields->data, fields->size },
                { header, journal_message_header(header, message, size) },
                { (void *) message, size },
                { (void *) "\n", 1 },
        };
        Entry entry = { iov, ELEMENTSOF(iov) };
        size_t total = 0;

        for (size_t i = 0; i < entry.n; i++)
                total += iov[i].iov_len;
        if (total > BATCH_SIZE)
                return send_large(s, kind, entry);
        if (!batch_has_room(s, kind, total) && (!journal_sink_flush(s) || s->socket.blocked))
                return 0;
        return take(s, kind, entry);
}

bool journal_sink_drain(JournalSink *s, uint64_t timeout_usec)
{
        assert(s);
        if (!journal_socket_drain(&s->socket, timeout_usec))
                return false;
        /* journald looks for the sender's unit when it reads the entry. If we had ended by then, `journalctl
         * -u` would not find the last lines. */
        (void) datagrams_settle(s->socket.fd, NULL, 0, JOURNAL_SETTLE_USEC);
        return true;
}

void journal_sink_set_constant_fields(JournalSink *s, JournalFields *fields)
{
        journal_fields_done(&s->constant);
        s->constant = *fields;
        *fields = JOURNAL_FIELDS_NULL;
}

JournalSink *journal_sink_free(JournalSink *s)
{
        if (!s)
                return NULL;
        journal_socket_done(&s->socket);
        journal_fields_done(&s->constant);
        journal_fields_done(&s->batch);
        free(s);
        return NULL;
}

static bool sink_flush(void *owner)
{
        return journal_sink_flush(owner);
}

int journal_sink_new(JournalSink **ret, sd_event *event, const char *socket_path, const JournalOps *ops,
                     void *userdata)
{
        static const JournalSocketType type = {
                SOCK_DGRAM, "journal-room", "journal-retry", "journal-flush", sink_prepare, sink_flush,
        };
        _cleanup_(journal_sink_freep) JournalSink *s = NULL;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        r = journal_fields_reserve(&s->batch, BATCH_SIZE + RESERVE_SIZE);
        if (r >= 0)
                r = journal_socket_init(&s->socket, event, socket_path, &type, s, ops, userdata);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}
