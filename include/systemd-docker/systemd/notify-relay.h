/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The notification socket of a container, sd_notify(3). What a container may say is reported; everything
 * else is dropped and counted. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "codec/systemd/notify-message.h"
#include "util/cleanup.h"

typedef struct NotifyRelay NotifyRelay;

typedef enum NotifySender {
        NOTIFY_SENDER_MEMBER,  /* a process of the container */
        NOTIFY_SENDER_GONE,    /* the process does not exist any more, and nobody knows what it was */
        NOTIFY_SENDER_FOREIGN, /* another process: its messages are refused */
} NotifySender;

/* The relay must not be freed from inside its ops. */
typedef struct NotifyRelayOps {
        /* Who this sender is. Not called for every datagram. pidfd: of the sender, valid during the call, or
         * negative: the kernel does not tell (before 6.5, and before 6.16 of a process that is gone). */
        NotifySender (*judge)(pid_t pid, int pidfd, void *userdata);
        /* Which lines are to be in message->text: `forward` of notify_message_filter(). Called for each
         * datagram. */
        unsigned (*forward)(void *userdata);
        /* A datagram had a line that a container may say. Returns false to end the batch here. */
        bool (*on_message)(const NotifyFiltered *message, void *userdata);
        /* After one or more datagrams. Returns whether their messages were passed on; if not, no more are
         * read until notify_relay_resume(). */
        bool (*on_batch)(void *userdata);
} NotifyRelayOps;

/* What was not passed on, since the beginning. */
typedef struct NotifyRelayStats {
        uint64_t lines;   /* lines that no container may say */
        uint64_t refused; /* datagrams that are too long, malformed, or from foreign senders */
} NotifyRelayStats;

/* Binds folder/notify.sock, and replaces a socket of that name. 0 or -errno. */
int notify_relay_new(NotifyRelay **ret, sd_event *event, const char *folder, const NotifyRelayOps *ops,
                     void *userdata);
/* Closes and removes the socket; messages that were not read are lost. Accepts NULL. */
NotifyRelay *notify_relay_free(NotifyRelay *r);
DEFINE_TRIVIAL_CLEANUP_FUNC(NotifyRelay *, notify_relay_free)

/* After on_batch() has returned false: what was reported can be passed on now. Calls on_batch() again. */
void notify_relay_resume(NotifyRelay *r);
/* Valid until the relay is freed. */
const NotifyRelayStats *notify_relay_stats(const NotifyRelay *r);
