/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The lines of one stream of the engine's stored log, listed to find the end of ours among them. Only the
 * last ones are kept, where there are very many. */

#include <stddef.h>
#include <stdint.h>

#include "codec/journal/line-buffer.h"
#include "codec/journal/log-join.h"

typedef struct StoredLines {
        LogStored *lines;
        size_t n, allocated;
        uint64_t dropped; /* lines before these */
        LogHash open;     /* of a raw line whose end has not come */
} StoredLines;

void stored_lines_done(StoredLines *s);
/* The same for each stream. */
void stored_lines_drop(StoredLines lines[static _STREAM_MAX]);

/* Adds the next line, by its hash. last_nsec: when the last of our lines was received; where there is no
 * room for more, the older half of the lines may go as long as what remains begins before that, else the new
 * line is left out. -ENOMEM: it is left out. */
int stored_lines_add(StoredLines *s, uint64_t hash, uint64_t stamp_nsec, uint64_t last_nsec);
/* The same for the line itself; a raw one comes in pieces, and is added with its last. */
int stored_lines_take(StoredLines *s, const Line *line, uint64_t stamp_nsec, uint64_t last_nsec);

/* Of a stream, the last of our lines is not older than the listing, and none of ours is in it, but others:
 * it lost lines, maybe also some that are not ours. since_nsec, counts: as of stored_lines_join(). */
bool stored_lines_lost_ours(const StoredLines lines[static _STREAM_MAX], const LogPosition *position,
                            uint64_t since_nsec, const uint64_t counts[static _STREAM_MAX]);

/* Lays the lines of each stream over those that the position remembers. bounds: where ours end in the stored
 * log, which was listed since since_nsec; no line with a stamp after until_nsec is ours. counts: how many
 * lines of the listing that is. LOG_JOIN_GUESS: of one of the streams that is a guess. */
LogJoin stored_lines_join(const StoredLines lines[static _STREAM_MAX], const LogPosition *position,
                          uint64_t since_nsec, uint64_t until_nsec, LogBound bounds[static _STREAM_MAX],
                          uint64_t counts[static _STREAM_MAX]);
