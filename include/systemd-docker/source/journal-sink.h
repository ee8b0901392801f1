/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Entries to journald over its native protocol, without ever blocking. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "codec/journal-entry.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

typedef struct JournalSink JournalSink;

typedef struct JournalSinkOps {
        /* There is room again, after journal_sink_send() returned 0. */
        void (*on_room)(void *userdata);
} JournalSinkOps;

/* -errno, -ENOENT where there is no journald. */
int journal_sink_new(JournalSink **ret, sd_event *event, const char *socket_path, const JournalSinkOps *ops,
                     void *userdata);
JournalSink *journal_sink_free(JournalSink *s);

/* The fields of every entry from now on; taken over. */
void journal_sink_set_constant_fields(JournalSink *s, JournalFields *fields);

/* One entry: the constant fields, `fields`, and MESSAGE=message. 1: sent. 0: the queue is full and nothing was sent;
 * on_room tells when to come again. -errno: this entry can't be sent at all (it is too large, journald is gone). */
int journal_sink_send(JournalSink *s, const JournalFields *fields, const void *message, size_t size);
