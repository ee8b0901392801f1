/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A connected, non-blocking datagram socket to systemd.
 *
 * sd_notify(3) blocks while systemd's queue is full: a manager that is busy, or flooded by another service,
 * would stop our event loop, and with it the watchdog's pings. Here, a message that finds no room waits. Of
 * each kind only the last message counts, so a new message replaces one with the same keys, and only a few
 * wait.
 *
 * systemd keeps its socket when it re-executes itself; if the connection is lost all the same, the socket is
 * connected again. */

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/event-util.h"
#include "systemd/notify-socket.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/unix-address.h"

struct NotifySocket {
        sd_event *event;
        struct sockaddr_un address;
        socklen_t address_size;
        int fd;
        int error; /* of the last attempt to connect; 0: none */
        sd_event_source *room;
        const NotifySocketOps *ops;
        void *userdata;
        char *waiting[NOTIFY_SOCKET_WAITING_MAX]; /* oldest first */
        size_t n_waiting;
};

static int notify_socket_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        NotifySocket *n = ASSERT_PTR(userdata);
        int r = notify_socket_flush(n);

        if (r > 0)
                n->ops->on_room(n->userdata);
        return 0;
}

static int connect_again(NotifySocket *n)
{
        static const EventTraits traits = { "notify-room", EVENT_PRIORITY_NOTIFY, EVENT_FAILURE_EXIT };
        int r;

        n->room = sd_event_source_disable_unref(n->room);
        n->fd = fd_close(n->fd);
        n->fd = RET_NERRNO(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (n->fd < 0)
                return n->fd;
        r = RET_NERRNO(connect(n->fd, (const struct sockaddr *) &n->address, n->address_size));
        if (r >= 0)
                r = event_add_io(n->event, &n->room, n->fd, EPOLLOUT, notify_socket_on_io, n, &traits);
        if (r >= 0)
                r = sd_event_source_set_enabled(n->room, SD_EVENT_OFF);
        return r;
}

static int notify_socket_connect(NotifySocket *n)
{
        n->error = connect_again(n);
        return n->error;
}

int notify_socket_error(const NotifySocket *n)
{
        return n->error;
}

NotifySocket *notify_socket_free(NotifySocket *n)
{
        if (!n)
                return NULL;
        for (size_t i = 0; i < n->n_waiting; i++)
                free(n->waiting[i]);
        sd_event_source_disable_unref(n->room);
        fd_close(n->fd);
        sd_event_unref(n->event);
        free(n);
        return NULL;
}

int notify_socket_new(NotifySocket **ret, sd_event *event, const char *address, const NotifySocketOps *ops,
                      void *userdata)
{
        _cleanup_(notify_socket_freep) NotifySocket *n = NULL;
        int r;

        n = calloc(1, sizeof(*n));
        if (!n)
                return -ENOMEM;
        n->event = sd_event_ref(event);
        n->fd = -EBADF;
        n->ops = ops;
        n->userdata = userdata;
        r = unix_address_parse(address, &n->address, &n->address_size);
        if (r < 0)
                return r;
        /* If nobody listens, each message tries again. */
        r = notify_socket_connect(n);
        if (r < 0)
                log_debug_errno(r, "Failed to connect to systemd's notification socket: %m");
        *ret = TAKE_PTR(n);
        return 0;
}

/* Whether two messages have the same keys, line by line. */
static bool same_keys(const char *a, const char *b)
{
        for (;;) {
                size_t n = strcspn(a, "=\n");

                if (strcspn(b, "=\n") != n || memcmp(a, b, n) != 0)
                        return false;
                a += strcspn(a, "\n");
                b += strcspn(b, "\n");
                if (!*a || !*b)
                        return *a == *b;
                a++;
                b++;
        }
}

static void forget(NotifySocket *n, size_t i)
{
        free(n->waiting[i]);
        n->n_waiting--;
        memmove(n->waiting + i, n->waiting + i + 1, (n->n_waiting - i) * sizeof(n->waiting[0]));
}

int notify_socket_queue(NotifySocket *n, const char *message)
{
        char *copy = strdup(message);

        if (!copy)
                return -ENOMEM;
        for (size_t i = n->n_waiting; i-- > 0;)
                /* A ping after it does not revoke a service's report of its own failure. */
                if (same_keys(n->waiting[i], message) && !strstr(n->waiting[i], "WATCHDOG=trigger"))
                        forget(n, i);
        if (n->n_waiting == ELEMENTSOF(n->waiting))
                forget(n, 0);
        n->waiting[n->n_waiting++] = copy;
        return 0;
}

size_t notify_socket_waiting(const NotifySocket *n)
{
        return n->n_waiting;
}

static int send_once(NotifySocket *n, const char *message)
{
        if (n->fd < 0)
                return -ENOTCONN;
        return send(n->fd, message, strlen(message), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* 0: the message was sent, or cannot be sent at all. -EAGAIN: systemd has no room. */
static int send_message(NotifySocket *n, const char *message)
{
        int r = send_once(n, message);

        if (r == -ECONNREFUSED || r == -ENOTCONN || r == -ECONNRESET) {
                r = notify_socket_connect(n);
                if (r >= 0)
                        r = send_once(n, message);
        }
        if (r == -EAGAIN || r == -ENOBUFS)
                return -EAGAIN;
        if (r < 0)
                log_debug_errno(r, "Failed to notify systemd, ignoring: %m");
        return 0;
}

int notify_socket_flush(NotifySocket *n)
{
        size_t sent = 0;

        while (sent < n->n_waiting && send_message(n, n->waiting[sent]) == 0)
                free(n->waiting[sent++]);
        n->n_waiting -= sent;
        memmove(n->waiting, n->waiting + sent, n->n_waiting * sizeof(n->waiting[0]));
        if (n->n_waiting == 0)
                return 1;
        return sd_event_source_set_enabled(n->room, SD_EVENT_ONESHOT);
}

int notify_socket_drain(NotifySocket *n, uint64_t timeout_usec)
{
        uint64_t end = monotonic_usec() + timeout_usec, now;
        int r;

        while ((r = notify_socket_flush(n)) == 0) {
                struct pollfd p = { .fd = n->fd, .events = POLLOUT };

                now = monotonic_usec();
                if (now >= end)
                        return -ETIMEDOUT;
                (void) poll(&p, 1, (int) ((end - now) / USEC_PER_MSEC) + 1);
        }
        return r;
}
