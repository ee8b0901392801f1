/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What is wrong with a unit file: level, place, one line that says what, and the line to write instead. */

#include "quadlet/buffer.h"

typedef enum FindingLevel {
        FINDING_NOTE,    /* worth knowing; only `check` shows it */
        FINDING_WARNING, /* the unit works without what the line asks for; shown when the unit starts */
        FINDING_ERROR,   /* the unit is not run */
        _FINDING_LEVEL_MAX,
} FindingLevel;

const char *finding_level_to_string(FindingLevel level);

#define FINDINGS_MAX ((size_t) 64)

typedef struct Finding {
        FindingLevel level;
        const char *file; /* borrowed: of the unit that the finding belongs to */
        unsigned line;    /* 0: the file as a whole */
        char *text;       /* one line, without control characters */
        char *cure;       /* what to write instead, one line; NULL: nothing is known */
} Finding;

typedef struct Findings {
        Finding *items;
        size_t n, allocated;
        size_t dropped;                   /* beyond FINDINGS_MAX */
        size_t count[_FINDING_LEVEL_MAX]; /* of each level, with those that were dropped */
        bool failed;                      /* memory ran out */
} Findings;

void findings_done(Findings *f);

/* Adds one. Bytes that would break the line are escaped, and a long text is cut. An error that does not fit
 * replaces a finding that is no error, so that a broken file always has a reason. cure may be NULL. */
void findings_add(Findings *f, FindingLevel level, const char *file, unsigned line, const char *cure,
                  const char *format, ...) _printf_(6, 7);

/* "FILE:LINE: TEXT; write: CURE", without the level. The caller's; NULL: memory ran out. */
char *finding_to_string(const Finding *f);
