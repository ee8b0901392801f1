/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Who has written a line, and how important it is. */

#include <criterion/criterion.h>
#include <string.h>

#include "codec/engine/stream-frame.h"
#include "journal/line-label.h"
#include "util/macro.h"

Test(line_label, emergency)
{
        static const struct {
                const char *text;
                size_t n;
        } rows[] = {
                { "<0>", 3 },   { "<0>x", 3 }, { "<00>x", 4 }, { "<000>x", 5 }, { "<0000>x", 0 },
                { "", 0 },      { "<", 0 },    { "<0", 0 },    { "<00", 0 },    { "<000", 0 },
                { "<>x", 0 },   { "<1>x", 0 }, { "<10>x", 0 }, { "<01>x", 0 },  { " <0>x", 0 },
                { "<0 >x", 0 }, { "x<0>", 0 }, { "<8>", 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                cr_assert_eq(line_emergency_prefix(rows[i].text, strlen(rows[i].text)), rows[i].n, "%s",
                             rows[i].text);
        cr_assert_eq(line_emergency_prefix("<0>", 2), 0);
}

Test(line_label, priority)
{
        Facts f = { .unit = UNIT_PROPERTIES_UNKNOWN };

        cr_assert_eq(line_priority(&f, STREAM_STDOUT, LOG_ERR, false), LOG_INFO);
        cr_assert_eq(line_priority(&f, STREAM_STDERR, LOG_ERR, false), LOG_ERR);
        for (int level = LOG_EMERG; level <= LOG_DEBUG; level++) {
                f.unit.syslog_level = level;
                cr_assert_eq(line_priority(&f, STREAM_STDOUT, LOG_ERR, true), level);
                cr_assert_eq(line_priority(&f, STREAM_STDERR, LOG_ERR, false), level);
                cr_assert_eq(line_priority(&f, STREAM_STDERR, LOG_NOTICE, true), LOG_NOTICE);
        }
}

Test(line_label, identifier)
{
        Facts f = { .unit = UNIT_PROPERTIES_UNKNOWN, .container = { .name = (char *) "web" } };

        cr_assert_str_eq(line_identifier(&f), "web");
        (void) strcpy(f.unit.syslog_identifier, "shop");
        cr_assert_str_eq(line_identifier(&f), "shop");
        f.container.log.tag = (char *) "tag";
        cr_assert_str_eq(line_identifier(&f), "tag");
}

Test(line_label, forward)
{
        Facts f = { .unit = UNIT_PROPERTIES_UNKNOWN };

        cr_assert_eq(line_forward(&f, STREAM_STDOUT), 0);
        f.unit.stdout_forward = journal_forward_from_string("journal+console");
        cr_assert_eq(line_forward(&f, STREAM_STDOUT), JOURNAL_FORWARD_CONSOLE);
        cr_assert_eq(line_forward(&f, STREAM_STDERR), 0);
        f.unit.stderr_forward = journal_forward_from_string("inherit");
        cr_assert_eq(line_forward(&f, STREAM_STDERR), JOURNAL_FORWARD_CONSOLE);
        f.unit.stderr_forward = journal_forward_from_string("kmsg");
        cr_assert_eq(line_forward(&f, STREAM_STDERR), JOURNAL_FORWARD_KMSG);
        f.unit.stderr_forward = journal_forward_from_string("journal");
        cr_assert_eq(line_forward(&f, STREAM_STDERR), 0);
}
