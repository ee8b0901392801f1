/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The fields of an entry for one line of the container, as Docker's own journald driver has them. */

#include <stdint.h>

#include "codec/journal/journal-entry.h"
#include "codec/journal/line-buffer.h"
#include "codec/journal/log-position.h"
#include "facts/facts.h"

/* A line that was cut, between its parts. */
typedef struct PartialLine {
        uint64_t ordinal; /* of the part that was sent last; 0: none */
        int priority;     /* of the prefix of the first part, for all of them */
        char id[LOG_EPOCH_SIZE + 1];
} PartialLine;

/* 64 digits that nobody else has. 0 or -EIO. */
int line_entry_random_id(char ret[static LOG_EPOCH_SIZE + 1]);

/* Replaces *fields. partial: of its stream, with the priority of this line. ordinal: of the line, from 1 on.
 * stamp_nsec: when the engine got the line; 0: not known. -errno. */
int line_entry_build(JournalFields *fields, const Facts *facts, const Line *line, PartialLine *partial,
                     uint64_t ordinal, uint64_t stamp_nsec);
