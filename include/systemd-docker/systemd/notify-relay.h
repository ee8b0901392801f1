/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The notification socket of a container, sd_notify(3): what it may say is reported, all else dropped and
 * counted. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "codec/systemd/notify-message.h"
#include "util/cleanup.h"

typedef struct NotifyRelay NotifyRelay;

typedef enum NotifySender {
        NOTIFY_SENDER_MEMBER, /* of the container */
        NOTIFY_SENDER_GONE,   /* no such process any more */
        NOTIFY_SENDER_FOREIGN,
} NotifySender;

typedef struct NotifyRelayOps {
        NotifySender (*judge)(pid_t pid, void *userdata);
        /* Which lines are to be forwarded, as notify_message_filter() takes it; asked for each datagram. */
        unsigned (*forward)(void *userdata);
        /* false: on_batch() comes next. */
        bool (*on_message)(const NotifyFiltered *message, void *userdata);
        /* Behind some messages. false: they are not handed over yet, and no more comes until
         * notify_relay_resume(). */
        bool (*on_batch)(void *userdata);
} NotifyRelayOps;

/* What was not passed on. */
typedef struct NotifyRelayStats {
        uint64_t lines;   /* that no container may say */
        uint64_t refused; /* datagrams: too long, malformed, from others */
} NotifyRelayStats;

/* Binds folder/notify.sock, in the place of one that is there. */
int notify_relay_new(NotifyRelay **ret, sd_event *event, const char *folder, const NotifyRelayOps *ops,
                     void *userdata);
/* Takes the socket away. */
NotifyRelay *notify_relay_free(NotifyRelay *r);
DEFINE_TRIVIAL_CLEANUP_FUNC(NotifyRelay *, notify_relay_free)

/* There is room again. */
void notify_relay_resume(NotifyRelay *r);
const NotifyRelayStats *notify_relay_stats(const NotifyRelay *r);
