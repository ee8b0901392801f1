/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Where the reading of the engine's stored log begins, and which of its lines were delivered before. It is
 * listed first, to find the end of our lines in it, and then followed. */

#include <stdbool.h>
#include <stdint.h>

#include "known-lines.h"
#include "ledger.h"
#include "stored-lines.h"

/* All zero before stored_log_begin(). */
typedef struct StoredLog {
        uint64_t since_nsec; /* it is read from this time on */
        uint64_t life_nsec;  /* none with a later stamp was read, they are of a new life; 0: unknown */
        bool joined;         /* the last reading was a listing, and its first `counts` lines are known */
        uint64_t counts[_STREAM_MAX];
        StoredLines lines[_STREAM_MAX]; /* of a listing */
        KnownLines known;
        bool lost_ours; /* by the listing */
} StoredLog;

void stored_log_done(StoredLog *s);

/* The container was started again after this time, by the engine's clock; 0: unknown. The next reading is
 * the first one of this life. */
void stored_log_note_new_life(StoredLog *s, uint64_t life_nsec);

/* A reading begins at the position. True: it can be followed, and known tells which lines are known. False:
 * it is to be listed. */
bool stored_log_begin(StoredLog *s, const LogPosition *position);

/* A line of the listing. -ENOMEM: it is left out. */
int stored_log_list(StoredLog *s, const LogPosition *position, int stream, const Line *line,
                    uint64_t stamp_nsec);
/* The listing is complete: the ledger goes on from where our lines end in it. */
LogJoin stored_log_join(StoredLog *s, Ledger *ledger);
/* Lines of ours are no longer in the log, so others may be missing, too. */
bool stored_log_lost_lines(const StoredLog *s);
