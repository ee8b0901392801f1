/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A line has an ordinal, which counts the lines of this process (the epoch); a line that was cut has an id
 * that its parts share. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "line-entry.h"
#include "line-label.h"
#include "util/macro.h"

int line_entry_random_id(char ret[static LOG_EPOCH_SIZE + 1])
{
        uint8_t bytes[LOG_EPOCH_SIZE / 2];

        if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t) sizeof(bytes))
                return -EIO;
        for (size_t i = 0; i < sizeof(bytes); i++)
                (void) snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
        return 0;
}

/* The parts of a line that was cut, as Docker's driver marks them: an id for all of them, and a number. */
static int append_partial(JournalFields *fields, PartialLine *p, LineBreak why)
{
        bool last = why != LINE_MAX_SIZE;
        int r = 0;

        if (last && p->ordinal == 0)
                return 0;
        if (p->ordinal == 0)
                r = line_entry_random_id(p->id);
        if (r >= 0)
                r = journal_field_append_string(fields, "CONTAINER_PARTIAL_ID", p->id);
        if (r >= 0)
                r = journal_field_append_uint(fields, "CONTAINER_PARTIAL_ORDINAL", p->ordinal + 1);
        if (r >= 0)
                r = journal_field_append_string(fields, "CONTAINER_PARTIAL_LAST", last ? "true" : "false");
        if (r >= 0 && !last)
                r = journal_field_append_string(fields, "CONTAINER_PARTIAL_MESSAGE", "true");
        return r;
}

/* When the engine got the line, where we know: as Docker's journald driver writes it. */
static int append_timestamp(JournalFields *fields, uint64_t nsec)
{
        time_t seconds = (time_t) (nsec / NSEC_PER_SEC);
        char text[32];
        struct tm tm;

        if (!gmtime_r(&seconds, &tm) || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
                return 0;
        return journal_field_appendf(fields, "SYSLOG_TIMESTAMP", "%s.%09" PRIu64 "Z", text,
                                     nsec % NSEC_PER_SEC);
}

int line_entry_build(JournalFields *fields, const Facts *facts, const Line *line, PartialLine *partial,
                     uint64_t ordinal, uint64_t stamp_nsec)
{
        int r;

        journal_fields_clear(fields);
        r = journal_field_append_uint(fields, "PRIORITY", (uint64_t) partial->priority);
        if (r >= 0)
                r = journal_field_append_string(fields, "SYSLOG_IDENTIFIER", line_identifier(facts));
        if (r >= 0 && facts->unit.syslog_facility >= 0)
                r = journal_field_append_uint(fields, "SYSLOG_FACILITY",
                                              (uint64_t) facts->unit.syslog_facility);
        if (r >= 0)
                r = journal_field_append_uint(fields, "CONTAINER_LOG_ORDINAL", ordinal);
        if (r >= 0)
                r = append_partial(fields, partial, line->why);
        if (r >= 0 && stamp_nsec > 0)
                r = append_timestamp(fields, stamp_nsec);
        return r;
}
