/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The lines of the engine's stored log that were delivered before. A log that is read from some time on
 * begins with them. */

#include <stdbool.h>
#include <stdint.h>

#include "codec/journal/log-position.h"
#include "raw-gate.h"
#include "torn-lines.h"

typedef struct KnownLines {
        bool counted;                 /* by counts, else by bounds */
        uint64_t counts[_STREAM_MAX]; /* what is left of them */
        LogBound bounds[_STREAM_MAX];
        bool missed;                /* a line that was delivered is no longer in the log */
        RawGate gates[_STREAM_MAX]; /* of raw streams */
} KnownLines;

/* A stored log is read from the position on, from since_nsec on. counts: so many lines of each stream were
 * delivered before; NULL: their stamps tell. */
void known_lines_begin(KnownLines *k, const LogPosition *position, uint64_t since_nsec,
                       const uint64_t counts[_STREAM_MAX]);

/* Whether the next line of the log, which has this stamp, was delivered before. To be asked once for each
 * line. */
bool known_lines_take(KnownLines *k, int stream, uint64_t stamp_nsec);

/* The same for a raw stream, which comes in pieces: what is new of the piece is passed on to next. 1: taken.
 * 0: no room; the same piece is to be offered again. *ret_differs becomes true where a line turns out not to
 * be the position's open line although it began like it; false is left as it is. */
int known_lines_take_raw(KnownLines *k, const LogPosition *position, int stream, const Line *piece,
                         uint64_t stamp_nsec, TakeLine next, void *userdata, bool *ret_differs);
