/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What both ways to journald share, source/journal-sink and source/journal-stream: a socket that may be
 * full, or away. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-event.h>

typedef struct JournalOps {
        /* After journald was too slow, or away: all that was taken is sent, and there is room again. */
        void (*on_room)(void *userdata);
        /* So many lines, all in all, have been handed to journald. May be NULL. */
        void (*on_sent)(uint64_t n, void *userdata);
} JournalOps;

/* What makes one of the two. */
typedef struct JournalSocketType {
        int type;                                      /* SOCK_DGRAM, SOCK_STREAM */
        const char *room_name, *retry_name, *end_name; /* of the sources */
        int (*prepare)(void *owner); /* what was just connected; -errno: not connected then */
        bool (*flush)(void *owner);  /* sends what was taken; whether all of it is sent */
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
                *retry; /* when it is worth a try again: until room is waited for, or journald looked for */
        sd_event_source *end;  /* of this wake-up */
        bool blocked;          /* one of room and retry will tell when to go on */
        uint64_t backoff_usec; /* 0: journald is there */
} JournalSocket;

/* Connected. -errno, -ENOENT where there is no journald; then it is to be freed all the same. */
int journal_socket_init(JournalSocket *s, sd_event *event, const char *path, const JournalSocketType *type,
                        void *owner, const JournalOps *ops, void *userdata);
void journal_socket_done(JournalSocket *s);

/* Connects, or connects anew. */
int journal_socket_connect(JournalSocket *s);

/* Something went through. */
void journal_socket_progress(JournalSocket *s);
void journal_socket_report_sent(JournalSocket *s, uint64_t n);

/* Has the owner flush at the end of this wake-up, unless it is blocked. */
int journal_socket_flush_later(JournalSocket *s);

/* Why the owner can't send now, and so when it flushes again: when the socket has room; after a moment and
 * then when it has room; when journald, or what it takes to send something, is there again. */
int journal_socket_wait_for_room(JournalSocket *s);
int journal_socket_pause(JournalSocket *s, uint64_t usec);
int journal_socket_wait_for_journald(JournalSocket *s);

/* Flushes at the very end, where nobody waits for on_room any more: blocks while journald gets on, and so
 * long without that. Whether all is sent. */
bool journal_socket_drain(JournalSocket *s, uint64_t timeout_usec);
