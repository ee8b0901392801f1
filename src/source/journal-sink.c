/* SPDX-License-Identifier: Apache-2.0 */

/* A connected, non-blocking datagram socket to journald, and a batch of entries in front of it.
 *
 * An entry is taken into the batch, and all of the batch goes out in one sendmmsg(2): when it is full, and at the end of
 * the wake-up (a defer source in front of the next read of output). Entries too large for it are sent by themselves, the
 * largest as a sealed memfd, as the protocol has it.
 *
 * libsystemd's sd_journal_sendv(3) would block while journald's queue is full, and the loop with it. Here the sink is
 * `blocked` then, keeps what it has taken, and takes no more than fits into the batch: whoever has lines keeps them.
 * The kernel wakes us with EPOLLOUT once three quarters of our send buffer are read; a buffer of less than
 * journald's 512 entries makes this hundreds of entries a wake-up, where waiting for a place in the queue would make it
 * one. Where the queue is full of other services' entries it is one all the same: then we wait a moment longer.
 *
 * A restart of journald is not even noticed, because systemd keeps the socket. When it goes, too, it is connected
 * to anew, until that succeeds. */

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "source/event-util.h"
#include "source/journal-sink.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

/* The kernel doubles it, and counts some 1.2 KiB for an entry of a short line: 400 of them. */
#define SEND_BUFFER (256 * 1024)
#define BATCH_SIZE (64U * 1024)
#define BATCH_ENTRIES 128U
/* Behind that, for JOURNAL_MESSAGE. */
#define RESERVE_SIZE (16U * 1024)
#define RESERVE_ENTRIES 16U
/* Fewer entries a wake-up than this are not worth it. */
#define BURST_MIN 16U
#define PAUSE_USEC USEC_PER_MSEC
#define BACKOFF_MIN_USEC (100 * USEC_PER_MSEC)
#define BACKOFF_MAX_USEC (2 * USEC_PER_SEC)

struct JournalSink {
        sd_event *event;
        struct sockaddr_un address;
        socklen_t address_size;
        int fd;
        const JournalSinkOps *ops;
        void *userdata;
        JournalFields constant;

        sd_event_source *room;  /* EPOLLOUT of fd */
        sd_event_source *retry; /* when it is worth a try again: until room is waited for, or journald looked for */
        sd_event_source *end;   /* of this wake-up */
        bool blocked;           /* one of room and retry will tell when to go on */
        uint64_t backoff_usec;  /* 0: journald is there */
        bool fresh;             /* connected anew, and nothing went through since */
        unsigned burst;         /* entries sent since the last wait */

        JournalFields batch;
        struct {
                size_t end;
                JournalSinkKind kind;
        } entries[BATCH_ENTRIES + RESERVE_ENTRIES];
        unsigned n_entries, n_sent;
        uint64_t n_lines; /* that are with journald, all in all */
};

static int sink_on_room(sd_event_source *source, int fd, uint32_t revents, void *userdata);

static int sink_connect(JournalSink *s)
{
        static const EventTraits traits = { "journal-room", EVENT_PRIORITY_JOURNAL, EVENT_FAILURE_EXIT };
        static const int size = SEND_BUFFER;
        int r;

        s->room = sd_event_source_disable_unref(s->room);
        s->fd = fd_close(s->fd);
        s->fd = RET_NERRNO(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (s->fd < 0)
                return s->fd;
        if (setsockopt(s->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
                (void) setsockopt(s->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
        r = RET_NERRNO(connect(s->fd, (const struct sockaddr *) &s->address, s->address_size));
        if (r < 0)
                return r;
        r = event_add_io(s->event, &s->room, s->fd, EPOLLOUT, sink_on_room, s, &traits);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(s->room, SD_EVENT_OFF);
}

/* An entry as it lies in memory: one piece in the batch, several where it is large. */
typedef struct Entry {
        const struct iovec *iov;
        size_t n;
} Entry;

static int write_iovec(int fd, const struct iovec *iov, size_t n)
{
        for (size_t i = 0; i < n; i++)
                for (size_t done = 0; done < iov[i].iov_len;) {
                        ssize_t k = RET_NERRNO(write(fd, (char *) iov[i].iov_base + done, iov[i].iov_len - done));

                        if (k < 0)
                                return (int) k;
                        done += (size_t) k;
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
        r = write_iovec(fd, entry.iov, entry.n);
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
        return RET_NERRNO(sendmsg(s->fd, &message, MSG_NOSIGNAL)) < 0 ? -errno : 0;
}

static int send_one(JournalSink *s, Entry entry)
{
        struct msghdr message = { .msg_iov = (struct iovec *) entry.iov, .msg_iovlen = entry.n };
        ssize_t k = RET_NERRNO(sendmsg(s->fd, &message, MSG_NOSIGNAL));

        if (k == -EMSGSIZE || k == -ENOBUFS)
                return send_memfd(s, entry);
        return k < 0 ? (int) k : 0;
}

static int wait_for_room(JournalSink *s)
{
        return sd_event_source_set_enabled(s->room, SD_EVENT_ONESHOT);
}

/* Journald, or what it takes to send something, is away. */
static int wait_a_while(JournalSink *s)
{
        s->backoff_usec = s->backoff_usec == 0 ? BACKOFF_MIN_USEC : MIN(s->backoff_usec * 2, BACKOFF_MAX_USEC);
        return timer_arm(s->retry, s->backoff_usec);
}

static void note_progress(JournalSink *s, unsigned n)
{
        s->burst += n;
        s->backoff_usec = 0;
        s->fresh = false;
}

/* The next n of the batch are with journald. */
static void note_sent(JournalSink *s, unsigned n)
{
        uint64_t before = s->n_lines;

        for (; n > 0; n--)
                s->n_lines += s->entries[s->n_sent++].kind == JOURNAL_LINE;
        if (s->n_lines > before && s->ops->on_sent)
                s->ops->on_sent(s->n_lines, s->userdata);
}

static bool journald_is_gone(int r)
{
        return r == -ECONNREFUSED || r == -ENOTCONN || r == -ECONNRESET || r == -ENOENT || r == -EPIPE;
}

/* Decides what the failure r to send something means. 1: try again now. 0: the sink is blocked. -errno: it can't be
 * sent at all. */
static int handle_failure(JournalSink *s, int r)
{
        bool gone = journald_is_gone(r);

        if (r == -EPERM || r == -ENOSYS || r == -EACCES)
                return r; /* no memfd for us, by a SystemCallFilter= that nothing will change */
        if (gone && !s->fresh && sink_connect(s) >= 0) {
                s->fresh = true; /* not twice without a wait */
                return 1;
        }
        s->blocked = true;
        if (r != -EAGAIN)
                r = wait_a_while(s);
        else if (s->burst < BURST_MIN)
                r = timer_arm(s->retry, PAUSE_USEC);
        else
                r = wait_for_room(s);
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
                iov[n] = (struct iovec) { s->batch.data + entry_start(s, i), s->entries[i].end - entry_start(s, i) };
                messages[n] = (struct mmsghdr) { .msg_hdr = { .msg_iov = iov + n, .msg_iovlen = 1 } };
        }
        k = RET_NERRNO(sendmmsg(s->fd, messages, n, MSG_NOSIGNAL));
        if (k == -EMSGSIZE || k == -ENOBUFS) {
                k = send_memfd(s, (Entry) { iov, 1 });
                return k < 0 ? k : 1;
        }
        return k;
}

bool journal_sink_flush(JournalSink *s)
{
        assert(s);
        while (s->n_sent < s->n_entries && !s->blocked) {
                int k = send_batch(s);

                if (k > 0)
                        note_progress(s, (unsigned) k);
                else if (handle_failure(s, k) < 0)
                        k = 1; /* this one never: the others shall go on */
                if (k > 0)
                        note_sent(s, (unsigned) k);
        }
        if (s->n_sent < s->n_entries)
                return false;
        journal_fields_clear(&s->batch);
        s->n_entries = s->n_sent = 0;
        return true;
}

static int sink_on_end(sd_event_source *source, void *userdata)
{
        (void) journal_sink_flush(ASSERT_PTR(userdata));
        return 0;
}

static void go_on(JournalSink *s)
{
        s->blocked = false;
        if (journal_sink_flush(s) && !s->blocked)
                s->ops->on_room(s->userdata);
}

static int sink_on_room(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        go_on(ASSERT_PTR(userdata));
        return 0;
}

static int sink_on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        JournalSink *s = ASSERT_PTR(userdata);

        if (s->backoff_usec == 0)
                return wait_for_room(s);
        if (sink_connect(s) < 0)
                return wait_a_while(s);
        go_on(s);
        return 0;
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
                assert(r >= 0); /* all of it was reserved */
        }
        s->entries[s->n_entries].end = s->batch.size;
        s->entries[s->n_entries++].kind = kind;
        r = s->blocked ? 0 : defer_arm(s->end);
        return r < 0 ? r : 1;
}

/* What does not fit into the batch. Behind it, as the order stays. */
static int send_large(JournalSink *s, JournalSinkKind kind, Entry entry)
{
        int r = journal_sink_flush(s) && !s->blocked;

        while (r > 0) {
                r = send_one(s, entry);
                if (r >= 0) {
                        note_progress(s, 1);
                        s->n_lines += kind == JOURNAL_LINE;
                        if (s->ops->on_sent)
                                s->ops->on_sent(s->n_lines, s->userdata);
                        return 1;
                }
                r = handle_failure(s, r);
        }
        return r;
}

int journal_sink_send(JournalSink *s, JournalSinkKind kind, const JournalFields *fields, const void *message, size_t size)
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
        if (!batch_has_room(s, kind, total) && (!journal_sink_flush(s) || s->blocked))
                return 0;
        return take(s, kind, entry);
}

bool journal_sink_drain(JournalSink *s, uint64_t timeout_usec)
{
        assert(s);
        for (;;) {
                struct pollfd p = { .fd = s->fd, .events = POLLOUT };

                s->blocked = false;
                if (journal_sink_flush(s))
                        return true;
                if (s->backoff_usec > 0 || poll(&p, 1, (int) (timeout_usec / USEC_PER_MSEC)) <= 0)
                        return false;
        }
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
        sd_event_source_disable_unref(s->room);
        sd_event_source_disable_unref(s->retry);
        sd_event_source_disable_unref(s->end);
        fd_close(s->fd);
        journal_fields_done(&s->constant);
        journal_fields_done(&s->batch);
        sd_event_unref(s->event);
        free(s);
        return NULL;
}

int journal_sink_new(JournalSink **ret, sd_event *event, const char *socket_path, const JournalSinkOps *ops,
                     void *userdata)
{
        static const EventTraits retry = { "journal-retry", EVENT_PRIORITY_JOURNAL, EVENT_FAILURE_EXIT };
        static const EventTraits end = { "journal-flush", EVENT_PRIORITY_JOURNAL, EVENT_FAILURE_EXIT };
        _cleanup_(journal_sink_freep) JournalSink *s = NULL;
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
        r = event_add_timer(event, &s->retry, sink_on_retry, s, &retry);
        if (r >= 0)
                r = event_add_defer(event, &s->end, sink_on_end, s, &end);
        if (r >= 0)
                r = journal_fields_reserve(&s->batch, BATCH_SIZE + RESERVE_SIZE);
        if (r >= 0)
                r = sink_connect(s);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}
