/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Two streams have the same lines, from some time on: one is delivered, the other one is the witness. Tells
 * which lines of the witness were not delivered. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/engine/stream-frame.h"
#include "codec/journal/line-buffer.h"

/* So many lines may be delivered before the witness sees them. */
#define WITNESS_AHEAD_MAX ((size_t) 64 * 1024)

typedef struct WitnessLine {
        char *data;
        size_t size;
        LineBreak why;
        uint64_t hash;
        uint64_t seen_nsec;
        uint64_t number; /* over both streams, in the order in which they came */
} WitnessLine;

typedef struct WitnessMark {
        uint64_t hash;
        uint64_t delivered_nsec;
} WitnessMark;

typedef struct WitnessStream {
        WitnessLine *held; /* the witness has seen them, and they were not delivered: n from begin on */
        size_t begin, n_held, allocated;
        WitnessMark *ahead; /* they were delivered, and the witness has not seen them: the same */
        size_t ahead_begin, n_ahead, ahead_allocated;
        char *last; /* the last delivered line, until the witness has seen its first one */
        size_t last_size;
        uint64_t n_seen;
} WitnessStream;

typedef struct Witness {
        WitnessStream of[_STREAM_MAX];
        size_t bytes;
        uint64_t count;
        bool met; /* a line was delivered and seen */
} Witness;

void witness_done(Witness *w);

/* The witness begins once more, with a later line: what was delivered before it will not be seen. What is
 * held stays. */
void witness_restart(Witness *w);

/* The witness has a line. 1: it was taken. 0: there is no room until some are delivered. -ENOMEM. */
int witness_see(Witness *w, int stream, const Line *line, uint64_t now_nsec);

#define WITNESS_UNSEEN SIZE_MAX
/* This line is about to be delivered. Returns how many lines, the first ones that are held, the witness has
 * seen before it; WITNESS_UNSEEN: it has not seen this line. */
size_t witness_missing(const Witness *w, int stream, const Line *line);
/* This line was delivered. -ENOMEM; -ENOBUFS: too many were. */
int witness_delivered(Witness *w, int stream, const Line *line, uint64_t now_nsec);

/* The line that is held and was seen first, and its stream; NULL: all were delivered. It stays the
 * Witness's. */
const WitnessLine *witness_first(const Witness *w, int *ret_stream);
/* The same, of one stream. */
const WitnessLine *witness_first_of(const Witness *w, int stream);
/* … which is done with. */
void witness_drop(Witness *w, int stream);

/* Both have the same lines: at least one, and each line that was delivered after since_nsec was seen. */
bool witness_agrees(const Witness *w, uint64_t since_nsec);
