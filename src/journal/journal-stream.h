/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Sends lines to journald over its stream protocol, as the standard output of a service does, and without
 * blocking. A line costs journald half as much as an entry of the native protocol, and has no fields but an
 * identifier and a priority. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "journal-socket.h"
#include "util/cleanup.h"

#define JOURNAL_STREAM_SOCKET "/run/systemd/journal/stdout"

typedef struct JournalStream JournalStream;

/* True: the header of the protocol can have this identifier. */
bool journal_stream_takes_identifier(const char *identifier);

/* What journald is told of the lines of a stream. */
typedef struct JournalStreamHeader {
        const char *identifier;
        int priority;     /* and facility, of lines that don't begin with "<N>" */
        bool prefix;      /* "<N>" is a priority */
        unsigned forward; /* JournalForward: where the lines go, too */
} JournalStreamHeader;

/* Connects. The header is copied. -EINVAL: the identifier is refused by
 * journal_stream_takes_identifier(); -ENOENT, -ECONNREFUSED: there is no journald; -errno. */
int journal_stream_new(JournalStream **ret, sd_event *event, const char *socket_path,
                       const JournalStreamHeader *header, const JournalOps *ops, void *userdata);
JournalStream *journal_stream_free(JournalStream *s);
DEFINE_TRIVIAL_CLEANUP_FUNC(JournalStream *, journal_stream_free)

/* Sends data and a newline; no newline where it is a part of a line that is not the last one. 1: it was
 * taken, and is sent at the end of this wake-up, or as soon as journald has room. 0: it was not taken
 * completely; offer the same again after on_room. */
int journal_stream_send(JournalStream *s, const void *data, size_t size, bool part);

/* Sends what can be sent now. True: journald has everything that was taken. False: on_room follows. */
bool journal_stream_flush(JournalStream *s);
/* Gives the memory back that a full buffer has used, where there is nothing in it. */
void journal_stream_give_back(JournalStream *s);
/* True: journald has everything that was taken. */
bool journal_stream_is_empty(const JournalStream *s);

/* The same at the end of the process, where on_room is of no use any more: blocks as long as journald reads,
 * and at most timeout_usec while it does not. */
bool journal_stream_drain(JournalStream *s, uint64_t timeout_usec);
