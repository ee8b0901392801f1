/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The ways out. To journald: its native socket for our own messages and, with the same fields, for the
 * container's lines; with --log-transport=stream a stream for each of the container's two. To a descriptor,
 * for a stream of the container that does not go to the journal: its bytes (raw-sink.h). Without journald,
 * all goes to descriptors.
 *
 * There is one Transport a process: it is the sink of our own messages (util/log.h). */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "codec/journal/line-buffer.h"
#include "facts/facts.h"
#include "journal/output.h"
#include "util/cleanup.h"

typedef struct Transport Transport;

typedef struct TransportOps {
        /* One of the ways was full, and has sent all that it had taken. The Transport may be freed here. */
        void (*on_room)(void *userdata);
        /* So many lines, all in all, have been handed to journald: over the native socket, and over the
         * stream of one of the container's. */
        void (*on_entries_sent)(uint64_t n, void *userdata);
        void (*on_lines_sent)(int stream, uint64_t n, void *userdata);
        /* Bytes of a raw stream are lost: -errno, once a stream. Inside transport_send() as well; the
         * Transport must not be freed here. */
        void (*on_write_failed)(int stream, int error, void *userdata);
} TransportOps;

/* Connects to journald, if something goes there. The strings of config are copied. -errno; that there is
 * no journald is no error. */
int transport_new(Transport **ret, sd_event *event, const OutputConfig *config, const Facts *facts,
                  const TransportOps *ops, void *userdata);
/* Waits up to some seconds until journald has taken the rest. */
Transport *transport_free(Transport *t);
DEFINE_TRIVIAL_CLEANUP_FUNC(Transport *, transport_free)

/* Takes the fields of entries from facts->container, under a new epoch, and is the sink of our own messages
 * from now on. */
void transport_name_container(Transport *t);

/* This stream of the container is to come as bytes (LINE_RAW), and goes to a descriptor. */
bool transport_is_raw(const Transport *t, int stream);
/* Lines go over streams, and so have no CONTAINER_LOG_ORDINAL=. */
bool transport_has_streams(const Transport *t);
/* CONTAINER_LOG_EPOCH=; "": not named yet, or there is no journald. */
const char *transport_epoch(const Transport *t);

/* 1: taken, also where it can't be sent at all, which is said. 0: no room, offer it again after on_room.
 * stamp_nsec: when the engine got the line; 0: not known. */
int transport_send(Transport *t, int stream, const Line *line, uint64_t stamp_nsec);

/* Sends what can be sent now. True: all that was taken is with journald, or written; else on_room follows.
 */
bool transport_flush(Transport *t);
/* Gives memory back that only much output has needed. */
void transport_give_back(Transport *t);
/* All that was taken is with journald, or written. */
bool transport_is_empty(const Transport *t);
