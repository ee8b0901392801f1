/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Lines whose end has not come, because the stream broke: at most one for each stream. Lines go through
 * here, and a torn one is put aside until it is known what the stream goes on with. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/engine/stream-frame.h"
#include "codec/journal/line-buffer.h"

/* Takes a line. 1: taken. 0: no room; the same is to be offered again. */
typedef int (*TakeLine)(int stream, const Line *line, uint64_t stamp_nsec, void *userdata);

typedef struct TornLine {
        char *data; /* NULL: there is none */
        size_t size;
        uint64_t stamp_nsec;
        bool rested;
} TornLine;

typedef struct TornLines {
        TornLine of[_STREAM_MAX];
        TakeLine next;
        void *userdata; /* for next */
} TornLines;

void torn_lines_done(TornLines *t);

/* A line of the stream; LINE_EOF is put aside, others go on to next, together with what was put aside
 * before. rested: nothing had come for a while before it. The result is next's. */
int torn_lines_take(TornLines *t, int stream, const Line *line, uint64_t stamp_nsec, bool rested);

/* The streams don't go on: what is put aside goes on to next, as far as there is room. */
void torn_lines_finish(TornLines *t);

/* Nothing is put aside. */
bool torn_lines_is_empty(const TornLines *t);
