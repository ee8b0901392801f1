/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Our messages to systemd, sd_notify(3), which never make the loop wait. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"

typedef struct NotifySocket NotifySocket;

typedef struct NotifySocketOps {
        /* All that waited is handed over. */
        void (*on_room)(void *userdata);
} NotifySocketOps;

/* address: of $NOTIFY_SOCKET, a path or "@" and an abstract name. -EINVAL: neither; -ENAMETOOLONG. */
int notify_socket_new(NotifySocket **ret, sd_event *event, const char *address, const NotifySocketOps *ops,
                      void *userdata);
NotifySocket *notify_socket_free(NotifySocket *n);
DEFINE_TRIVIAL_CLEANUP_FUNC(NotifySocket *, notify_socket_free)

/* Puts a message behind those that wait; it takes the place of one that says the same keys. */
int notify_socket_queue(NotifySocket *n, const char *message);
/* 1: all is handed over to systemd, or can't be. 0: it has no room now; on_room() follows. */
int notify_socket_flush(NotifySocket *n);
/* The same at the end of the process, when there is no loop any more that would go on with it. */
int notify_socket_drain(NotifySocket *n, uint64_t timeout_usec);

/* How many wait at most. Who queues what others send had better flush before. */
#define NOTIFY_SOCKET_WAITING_MAX 32
size_t notify_socket_waiting(const NotifySocket *n);
