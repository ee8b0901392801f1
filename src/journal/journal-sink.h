/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Sends entries to journald over its native protocol: in order, without losing one, many with one system
 * call, and without blocking. */

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
        JOURNAL_LINE,    /* of the container: there are many, and they can wait in the engine */
        JOURNAL_MESSAGE, /* our own: there are few, they can't wait anywhere else, and have some extra room
                          */
} JournalSinkKind;

/* Connects. ops->on_sent counts entries of the kind JOURNAL_LINE. -ENOENT, -ECONNREFUSED: there is no
 * journald; -errno. */
int journal_sink_new(JournalSink **ret, sd_event *event, const char *socket_path, const JournalOps *ops,
                     void *userdata);
JournalSink *journal_sink_free(JournalSink *s);
DEFINE_TRIVIAL_CLEANUP_FUNC(JournalSink *, journal_sink_free)

/* Sets the fields that every entry has from now on. Takes over what `fields` holds. */
void journal_sink_set_constant_fields(JournalSink *s, JournalFields *fields);

/* Sends one entry: the constant fields, `fields`, and MESSAGE=message. 1: it was taken, and is sent at the
 * end of this wake-up, or as soon as journald has room. 0: it was not taken; try again after on_room.
 * -errno: this entry can't be sent at all. */
int journal_sink_send(JournalSink *s, JournalSinkKind kind, const JournalFields *fields, const void *message,
                      size_t size);

/* Sends what can be sent now. True: journald has everything that was taken. False: on_room follows. */
bool journal_sink_flush(JournalSink *s);
/* Gives the memory back that a full batch has used, where there is nothing in it. */
void journal_sink_give_back(JournalSink *s);
/* True: journald has everything that was taken. */
bool journal_sink_is_empty(const JournalSink *s);

/* The same at the end of the process, where on_room is of no use any more: blocks as long as journald reads,
 * and at most timeout_usec while it does not. */
bool journal_sink_drain(JournalSink *s, uint64_t timeout_usec);
