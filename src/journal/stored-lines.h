/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The lines of one stream of the engine's stored log, listed to find the end of ours among them. Only the
 * last ones are kept, where there are very many. */

#include <stddef.h>
#include <stdint.h>

#include "codec/journal/log-join.h"

typedef struct StoredLines {
        LogStored *lines;
        size_t n, allocated;
} StoredLines;

void stored_lines_done(StoredLines *s);

/* Adds the next line. last_nsec: when the last of our lines was received; where there is no room for more,
 * the older half of the lines may go as long as what remains begins before that, else the new line is left
 * out. -ENOMEM: it is left out. */
int stored_lines_add(StoredLines *s, uint64_t hash, uint64_t stamp_nsec, uint64_t last_nsec);

/* Lays the lines of each stream over those that the position remembers. bounds: where ours end in the stored
 * log, which was listed since since_nsec. LOG_JOIN_GUESS: of one of the streams that is a guess. */
LogJoin stored_lines_join(const StoredLines lines[static _STREAM_MAX], const LogPosition *position,
                          uint64_t since_nsec, LogBound bounds[static _STREAM_MAX]);
