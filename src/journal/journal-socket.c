/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A non-blocking socket to journald, and when to try again after it took nothing.
 *
 * A full socket is `blocked` until EPOLLOUT. The kernel reports that once three quarters of our send buffer
 * were read, so hundreds of entries can be sent in one wake-up. When journald is away, we try to connect,
 * with a back-off, until it is back. systemd keeps the sockets open while journald is restarted, so a
 * restart is not noticed here. */

#include <poll.h>
#include <sys/epoll.h>

#include "journal-socket.h"
#include "loop/event-util.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/unix-address.h"

#define BACKOFF_MIN_USEC (100 * USEC_PER_MSEC)
#define BACKOFF_MAX_USEC (2 * USEC_PER_SEC)

static void go_on(JournalSocket *s)
{
        s->blocked = false;
        if (s->type->flush(s->owner) && !s->blocked)
                s->ops->on_room(s->userdata);
}

static int socket_on_room(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        go_on(ASSERT_PTR(userdata));
        return 0;
}

static int socket_on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        JournalSocket *s = ASSERT_PTR(userdata);

        if (s->backoff_usec == 0)
                return journal_socket_wait_for_room(s);
        if (journal_socket_connect(s) < 0)
                return journal_socket_wait_for_journald(s);
        go_on(s);
        return 0;
}

static int socket_on_end(sd_event_source *source, void *userdata)
{
        JournalSocket *s = ASSERT_PTR(userdata);

        (void) s->type->flush(s->owner);
        return 0;
}

int journal_socket_connect(JournalSocket *s)
{
        const EventTraits traits = { s->type->room_name, EVENT_PRIORITY_JOURNAL, EVENT_FAILURE_EXIT };
        int r;

        s->room = sd_event_source_disable_unref(s->room);
        s->fd = fd_close(s->fd);
        s->fd = RET_NERRNO(socket(AF_UNIX, s->type->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (s->fd < 0)
                return s->fd;
        r = RET_NERRNO(connect(s->fd, (const struct sockaddr *) &s->address, s->address_size));
        if (r >= 0)
                r = s->type->prepare(s->owner);
        if (r >= 0)
                r = event_add_io(s->event, &s->room, s->fd, EPOLLOUT, socket_on_room, s, &traits);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(s->room, SD_EVENT_OFF);
}

void journal_socket_progress(JournalSocket *s)
{
        s->backoff_usec = 0;
}

void journal_socket_report_sent(JournalSocket *s, uint64_t n)
{
        if (s->ops->on_sent)
                s->ops->on_sent(n, s->userdata);
}

int journal_socket_flush_later(JournalSocket *s)
{
        return s->blocked ? 0 : defer_arm(s->end);
}

int journal_socket_wait_for_room(JournalSocket *s)
{
        s->blocked = true;
        return sd_event_source_set_enabled(s->room, SD_EVENT_ONESHOT);
}

int journal_socket_pause(JournalSocket *s, uint64_t usec)
{
        s->blocked = true;
        return timer_arm(s->retry, usec);
}

int journal_socket_wait_for_journald(JournalSocket *s)
{
        s->backoff_usec = backoff_next(s->backoff_usec, BACKOFF_MIN_USEC, BACKOFF_MAX_USEC);
        return journal_socket_pause(s, s->backoff_usec);
}

bool journal_socket_drain(JournalSocket *s, uint64_t timeout_usec)
{
        for (;;) {
                struct pollfd p = { .fd = s->fd, .events = POLLOUT };

                s->blocked = false;
                if (s->type->flush(s->owner))
                        return true;
                if (s->backoff_usec > 0 || poll(&p, 1, (int) (timeout_usec / USEC_PER_MSEC)) <= 0)
                        return false;
        }
}

int journal_socket_init(JournalSocket *s, sd_event *event, const char *path, const JournalSocketType *type,
                        void *owner, const JournalOps *ops, void *userdata)
{
        const EventTraits retry = { type->retry_name, EVENT_PRIORITY_JOURNAL, EVENT_FAILURE_EXIT };
        const EventTraits end = { type->end_name, EVENT_PRIORITY_JOURNAL, EVENT_FAILURE_EXIT };
        int r;

        *s = (JournalSocket){
                .type = type,
                .owner = owner,
                .ops = ops,
                .userdata = userdata,
                .event = sd_event_ref(event),
                .fd = -EBADF,
        };
        r = unix_address_parse(path, &s->address, &s->address_size);
        if (r >= 0)
                r = event_add_timer(event, &s->retry, socket_on_retry, s, &retry);
        if (r >= 0)
                r = event_add_defer(event, &s->end, socket_on_end, s, &end);
        return r < 0 ? r : journal_socket_connect(s);
}

void journal_socket_done(JournalSocket *s)
{
        s->room = sd_event_source_disable_unref(s->room);
        s->retry = sd_event_source_disable_unref(s->retry);
        s->end = sd_event_source_disable_unref(s->end);
        /* Without a loop nothing was opened yet, and fd is not valid. */
        if (s->event)
                s->fd = fd_close(s->fd);
        s->event = sd_event_unref(s->event);
}
