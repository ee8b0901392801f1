/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Lines to journald over its stream protocol, as the standard output of any service: it costs journald half
 * of an entry of the native protocol, and carries nothing but identifier and priority. Without ever
 * blocking. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "journal-socket.h"
#include "util/cleanup.h"

#define JOURNAL_STREAM_SOCKET "/run/systemd/journal/stdout"

typedef struct JournalStream JournalStream;

/* Whether it can stand in the header of the protocol. */
bool journal_stream_takes_identifier(const char *identifier);

/* -EINVAL: not such an identifier. priority: of lines without a "<N>" of their own. -errno, -ENOENT where
 * there is no journald. */
int journal_stream_new(JournalStream **ret, sd_event *event, const char *socket_path, const char *identifier,
                       int priority, const JournalOps *ops, void *userdata);
JournalStream *journal_stream_free(JournalStream *s);
DEFINE_TRIVIAL_CLEANUP_FUNC(JournalStream *, journal_stream_free)

/* Data and, unless it is the first part of a line, a newline. 1: taken; it is sent at the end of this
 * wake-up, or as soon as journald can. 0: not taken, or not all of it: offer the same again when on_room
 * says so. */
int journal_stream_send(JournalStream *s, const void *data, size_t size, bool part);

/* Sends what can be sent now. Whether all that was taken is with journald; where not, on_room will tell. */
bool journal_stream_flush(JournalStream *s);
/* journald has all that was taken. */
bool journal_stream_is_empty(const JournalStream *s);

/* The same at the very end, where nobody waits for on_room any more: blocks while journald gets on, and so
 * long without that. */
bool journal_stream_drain(JournalStream *s, uint64_t timeout_usec);
