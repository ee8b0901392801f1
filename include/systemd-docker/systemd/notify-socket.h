/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Our messages to systemd, as sd_notify(3) sends them, but without blocking the event loop. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"

typedef struct NotifySocket NotifySocket;

typedef struct NotifySocketOps {
        /* systemd has taken all messages that waited. The socket may be freed from here. */
        void (*on_room)(void *userdata);
} NotifySocketOps;

/* address: as in $NOTIFY_SOCKET, an absolute path, or "@" and an abstract name. Nobody has to listen there
 * yet. -EINVAL: neither; -ENAMETOOLONG; -ENOMEM. */
int notify_socket_new(NotifySocket **ret, sd_event *event, const char *address, const NotifySocketOps *ops,
                      void *userdata);
/* Why there is no connection, as -errno; 0: there is one. */
int notify_socket_error(const NotifySocket *n);
/* Drops the messages that wait. Accepts NULL. */
NotifySocket *notify_socket_free(NotifySocket *n);
DEFINE_TRIVIAL_CLEANUP_FUNC(NotifySocket *, notify_socket_free)

/* Adds a message after those that wait, and removes an earlier one with the same keys. If
 * NOTIFY_SOCKET_WAITING_MAX already wait, the oldest one is lost. 0 or -ENOMEM. */
int notify_socket_queue(NotifySocket *n, const char *message);
/* Sends what waits. 1: nothing waits any more; a message that cannot be sent at all is dropped. 0: systemd
 * has no room now, and on_room() follows. Else -errno. */
int notify_socket_flush(NotifySocket *n);
/* The same at the end of the process, when no event loop can continue with it: blocks up to timeout_usec. 1,
 * -ETIMEDOUT, or another -errno. */
int notify_socket_drain(NotifySocket *n, uint64_t timeout_usec);

/* How many messages can wait. A caller that queues what others send should keep some of these places free.
 */
#define NOTIFY_SOCKET_WAITING_MAX 32
size_t notify_socket_waiting(const NotifySocket *n);
