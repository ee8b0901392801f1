/* SPDX-License-Identifier: Apache-2.0 */

/* A connected, non-blocking datagram socket to journald.
 *
 * libsystemd's sd_journal_sendv(3) would block while journald's queue is full, and the loop with it. Here a
 * full queue is a return value, and a one-shot EPOLLOUT says when there is room. Entries larger than a datagram may be go
 * as a sealed memfd, as the protocol has it. When journald was restarted, the socket is connected anew once. */

#include <fcntl.h>
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

#define SEND_BUFFER (8 * 1024 * 1024)

struct JournalSink {
        sd_event *event;
        struct sockaddr_un address;
        socklen_t address_size;
        int fd;
        sd_event_source *room;
        const JournalSinkOps *ops;
        void *userdata;
        JournalFields constant;
};

static int sink_on_room(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        JournalSink *s = ASSERT_PTR(userdata);

        s->ops->on_room(s->userdata);
        return 0;
}

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
        /* As libsystemd does: the default of 200 KiB makes a memfd of what is not that large. */
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

JournalSink *journal_sink_free(JournalSink *s)
{
        if (!s)
                return NULL;
        sd_event_source_disable_unref(s->room);
        fd_close(s->fd);
        journal_fields_done(&s->constant);
        sd_event_unref(s->event);
        free(s);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(JournalSink *, journal_sink_free)

int journal_sink_new(JournalSink **ret, sd_event *event, const char *socket_path, const JournalSinkOps *ops,
                     void *userdata)
{
        _cleanup_(journal_sink_freep) JournalSink *s = NULL;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->event = sd_event_ref(event);
        s->fd = -EBADF;
        s->ops = ops;
        s->userdata = userdata;
        s->constant = JOURNAL_FIELDS_NULL;
        s->address.sun_family = AF_UNIX;
        if (strlen(socket_path) >= sizeof(s->address.sun_path))
                return -ENAMETOOLONG;
        strcpy(s->address.sun_path, socket_path);
        s->address_size = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + strlen(socket_path) + 1);
        r = sink_connect(s);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}

void journal_sink_set_constant_fields(JournalSink *s, JournalFields *fields)
{
        journal_fields_done(&s->constant);
        s->constant = *fields;
        *fields = JOURNAL_FIELDS_NULL;
}

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
static int send_memfd(JournalSink *s, const struct iovec *iov, size_t n)
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
        r = write_iovec(fd, iov, n);
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

static int send_once(JournalSink *s, struct iovec *iov, size_t n)
{
        struct msghdr message = { .msg_iov = iov, .msg_iovlen = n };
        ssize_t k = RET_NERRNO(sendmsg(s->fd, &message, MSG_NOSIGNAL));

        if (k == -EMSGSIZE || k == -ENOBUFS)
                return send_memfd(s, iov, n);
        return k < 0 ? (int) k : 0;
}

int journal_sink_send(JournalSink *s, const JournalFields *fields, const void *message, size_t size)
{
        char header[JOURNAL_MESSAGE_HEADER_MAX];
        struct iovec iov[] = {
                { s->constant.data, s->constant.size },
                { fields->data, fields->size },
                { header, journal_message_header(header, message, size) },
                { (void *) message, size },
                { (void *) "\n", 1 },
        };
        int r = send_once(s, iov, ELEMENTSOF(iov));

        /* journald was restarted without keeping its socket: connect to the new one, once. */
        if (r == -ECONNREFUSED || r == -ENOTCONN || r == -ECONNRESET) {
                r = sink_connect(s);
                if (r >= 0)
                        r = send_once(s, iov, ELEMENTSOF(iov));
        }
        if (r == -EAGAIN) {
                r = sd_event_source_set_enabled(s->room, SD_EVENT_ONESHOT);
                return r < 0 ? r : 0;
        }
        return r < 0 ? r : 1;
}
