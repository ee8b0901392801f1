/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What is new of the engine's stored log, for a stream whose bytes are delivered as they come. Of the line
 * at which the stream broke, some bytes were delivered already: these are the position's open line. */

#include <stdbool.h>
#include <stdint.h>

#include "codec/journal/log-position.h"
#include "torn-lines.h"

/* All zero before the first piece of a stored log. */
typedef struct RawGate {
        bool in_line;     /* a part of a line has come */
        bool known;       /* … which was delivered before */
        bool comparing;   /* … which began like the open line so far */
        bool differs;     /* a line began like the open line, and then did not go on like it */
        uint64_t matched; /* so many bytes of it were delivered before */
} RawGate;

/* The next line, which has not begun, was delivered before. */
void raw_gate_drop_line(RawGate *g);

/* Takes a piece of a line, LINE_RAW: a newline can only be its last byte. What is new of it is passed on to
 * next, whose result this is. 0: no room; the same piece is to be offered again. */
int raw_gate_take(RawGate *g, const LogOpenLine *open, int stream, const Line *piece, uint64_t stamp_nsec,
                  TakeLine next, void *userdata);
