/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Entries to journald over its native protocol: in order, none lost, many in a system call, and without ever
 * blocking. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "codec/journal/journal-entry.h"
#include "journal-socket.h"
#include "util/cleanup.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

typedef struct JournalSink JournalSink;

typedef enum JournalSinkKind {
        JOURNAL_LINE,    /* there are many, and they can wait where they come from */
        JOURNAL_MESSAGE, /* there are few, and nobody keeps them: has some room of its own */
} JournalSinkKind;

/* ops: on_sent counts the JOURNAL_LINE. -errno, -ENOENT where there is no journald. */
int journal_sink_new(JournalSink **ret, sd_event *event, const char *socket_path, const JournalOps *ops,
                     void *userdata);
JournalSink *journal_sink_free(JournalSink *s);
DEFINE_TRIVIAL_CLEANUP_FUNC(JournalSink *, journal_sink_free)

/* The fields of every entry from now on; taken over. */
void journal_sink_set_constant_fields(JournalSink *s, JournalFields *fields);

/* One entry: the constant fields, `fields`, and MESSAGE=message. 1: taken; it is sent at the end of this
 * wake-up, or as soon as journald can. 0: not taken, on_room tells when to come again. -errno: this entry
 * can't be sent at all. */
int journal_sink_send(JournalSink *s, JournalSinkKind kind, const JournalFields *fields, const void *message,
                      size_t size);

/* Sends what can be sent now. Whether all that was taken is with journald; where not, on_room will tell. */
bool journal_sink_flush(JournalSink *s);
/* journald has all that was taken. */
bool journal_sink_is_empty(const JournalSink *s);

/* The same at the very end, where nobody waits for on_room any more: blocks while journald gets on, and so
 * long without that. */
bool journal_sink_drain(JournalSink *s, uint64_t timeout_usec);
