/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the two ways to journald (journal-sink.h, journal-stream.h) have in common: a socket that may be
 * full, and a journald that may be away. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-event.h>

typedef struct JournalOps {
        /* Journald was too slow, or away: now everything that was taken is sent, and there is room again.
         * The owner may be freed here. */
        void (*on_room)(void *userdata);
        /* n: the lines that were ever handed to journald. May be NULL. */
        void (*on_sent)(uint64_t n, void *userdata);
} JournalOps;

/* What differs between the two. */
typedef struct JournalSocketType {
        int type;                                      /* SOCK_DGRAM, SOCK_STREAM */
        const char *room_name, *retry_name, *end_name; /* of the sources */
        int (*prepare)(void *owner); /* what was just connected; -errno: the connection is of no use */
        bool (*flush)(void *owner);  /* sends what was taken; true: all of it is sent */
} JournalSocketType;

/* Embedded in its owner, who may read all of it. */
typedef struct JournalSocket {
        const JournalSocketType *type;
        void *owner;
        const JournalOps *ops;
        void *userdata; /* for ops */

        sd_event *event;
        struct sockaddr_un address;
        socklen_t address_size;
        int fd;

        sd_event_source *room; /* EPOLLOUT of fd */
        sd_event_source
                *retry;       /* ends a pause before we wait for room; or the wait before we connect again */
        sd_event_source *end; /* flushes at the end of this wake-up */
        bool blocked;         /* room or retry reports when to go on */
        uint64_t backoff_usec; /* 0: journald is not away */
} JournalSocket;

/* Connects. -ENOENT, -ECONNREFUSED: there is no journald; -errno. journal_socket_done() has to follow in any
 * case. */
int journal_socket_init(JournalSocket *s, sd_event *event, const char *path, const JournalSocketType *type,
                        void *owner, const JournalOps *ops, void *userdata);
void journal_socket_done(JournalSocket *s);

/* Connects, also again. -errno. */
int journal_socket_connect(JournalSocket *s);

/* Something was sent: the back-off begins from its start. */
void journal_socket_progress(JournalSocket *s);
void journal_socket_report_sent(JournalSocket *s, uint64_t n);

/* Has the owner flush at the end of this wake-up, unless it is blocked. */
int journal_socket_flush_later(JournalSocket *s);

/* The owner can't send now, and is blocked. It is flushed again: when the socket has room; after a pause,
 * and when the socket has room then; after the back-off, when journald can be connected to. -errno. */
int journal_socket_wait_for_room(JournalSocket *s);
int journal_socket_pause(JournalSocket *s, uint64_t usec);
int journal_socket_wait_for_journald(JournalSocket *s);

/* Flushes at the end of the process: blocks as long as journald reads, and at most timeout_usec while it
 * does not. True: everything is sent. */
bool journal_socket_drain(JournalSocket *s, uint64_t timeout_usec);
