/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Up to which line the container's output is in the journal: a position (codec/journal/log-position.h) in a
 * file that outlives this process (position-file.h), and the counts of the ways to journald.
 *
 * A line is offered before it is sent. The ledger never sends anything: it is told what was taken, and what
 * journald has. */

#include <stdbool.h>
#include <stdint.h>

#include "codec/journal/line-buffer.h"
#include "codec/journal/log-position.h"
#include "util/cleanup.h"

typedef struct Ledger Ledger;

typedef struct LedgerKey {
        const char *folder; /* of the file; NULL: the position is kept in memory only */
        const char *name, *id;
        const char *epoch;     /* CONTAINER_LOG_EPOCH= of the lines from now on */
        bool adopted;          /* a position that is found is of this life of the container */
        bool without_ordinals; /* lines go over a transport without CONTAINER_LOG_ORDINAL= */
} LedgerKey;

int ledger_new(Ledger **ret);
/* The file stays. */
Ledger *ledger_free(Ledger *l);
DEFINE_TRIVIAL_CLEANUP_FUNC(Ledger *, ledger_free)

/* 1: a position was found, from which the container's output goes on: ledger_settle() has to follow. 0: the
 * output begins now, at now_nsec (CLOCK_REALTIME), and the ledger is open. May be called again as long as it
 * is not open. A file that can't be had is no error: then the position does not outlive us. -ENOMEM, -errno
 * of mmap(2). */
int ledger_open(Ledger *l, const LedgerKey *key, uint64_t now_nsec);
bool ledger_is_open(const Ledger *l);

/* Lines were on their way to the journal when the position that was found was left behind: journald should
 * have written all that it has before ledger_settle(). */
bool ledger_needs_journal(const Ledger *l);
/* Looks into the journal for these lines. Then the ledger is open. */
void ledger_settle(Ledger *l);

/* The container has ended: nobody needs the file any more. */
void ledger_remove(Ledger *l);

/* NULL: it is not open. */
const LogPosition *ledger_position(const Ledger *l);

/* There are as many lines of which we don't know whether they are in the journal as there may be: have them
 * sent, and ledger_all_sent() follow, before the next one is offered. */
bool ledger_is_full(const Ledger *l);

/* A line is about to be sent. now_nsec: CLOCK_REALTIME, for lines without a stamp (0). Nothing where the
 * ledger is not open; so the others below. */
void ledger_offer(Ledger *l, int stream, const Line *line, uint64_t stamp_nsec, uint64_t now_nsec);
/* The line that was offered last was not taken, because there is no room. */
void ledger_withdraw(Ledger *l, int stream);

/* Bytes of a raw stream (LINE_RAW) were delivered. */
void ledger_take_raw(Ledger *l, int stream, const Line *bytes, uint64_t stamp_nsec, uint64_t now_nsec);

/* So many entries, or lines of a stream, were handed to journald since it was connected to, all in all. */
void ledger_entries_sent(Ledger *l, uint64_t n);
void ledger_lines_sent(Ledger *l, int stream, uint64_t n);
/* All that was offered is with journald. */
void ledger_all_sent(Ledger *l);

/* Attached: nothing is left to be read. */
void ledger_calm(Ledger *l);
/* Stored: nothing is left to be read, but for the rest of a line with this stamp; 0: there is no such line.
 */
void ledger_pending(Ledger *l, int stream, uint64_t stamp_nsec);
/* CLOCK_REALTIME and CLOCK_BOOTTIME: true if the clock was set back since the last call. */
bool ledger_note_clock(Ledger *l, uint64_t now_nsec, uint64_t boot_nsec);
/* From now on lines have stamps, and go on from these bounds. */
void ledger_store(Ledger *l, const LogBound bounds[static _STREAM_MAX]);
/* From now on lines have no stamps; those that were not received are not older than this. */
void ledger_attach(Ledger *l, uint64_t since_nsec, uint64_t now_nsec);
