/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Torn lines, and the lines of a stored log. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "journal/stored-lines.h"
#include "journal/torn-lines.h"

static TornLines torn;
static char text[256];
static unsigned refuse;

static int next(int stream, const Line *line, uint64_t stamp_nsec, void *userdata)
{
        size_t n = strlen(text);

        if (refuse > 0) {
                refuse--;
                return 0;
        }
        (void) snprintf(text + n, sizeof(text) - n, "%i@%i:%.*s%s", stream, (int) stamp_nsec,
                        (int) line->size, line->data, line->why == LINE_EOF ? "$" : "\n");
        return 1;
}

static void setup(void)
{
        torn = (TornLines){ .next = next };
}

static void teardown(void)
{
        torn_lines_done(&torn);
}

TestSuite(torn_lines, .init = setup, .fini = teardown);

static int take(const char *line, LineBreak why, uint64_t stamp_nsec, bool rested)
{
        return torn_lines_take(&torn, STREAM_STDOUT, &(Line){ line, strlen(line), why }, stamp_nsec, rested);
}

Test(torn_lines, whole_ones_go_on)
{
        cr_assert_eq(take("one", LINE_NEWLINE, 1, false), 1);
        refuse = 1;
        cr_assert_eq(take("two", LINE_NEWLINE, 2, false), 0);
        cr_assert_eq(take("two", LINE_NEWLINE, 2, false), 1);
        cr_assert_str_eq(text, "1@1:one\n1@2:two\n");
        cr_assert(torn_lines_is_empty(&torn));
}

Test(torn_lines, the_begin_of_a_line_that_comes_again_is_forgotten)
{
        cr_assert_eq(take("be", LINE_EOF, 1, true), 1);
        cr_assert_not(torn_lines_is_empty(&torn));
        cr_assert_str_eq(text, "");
        cr_assert_eq(take("begin", LINE_NEWLINE, 2, false), 1);
        cr_assert_str_eq(text, "1@2:begin\n");
        cr_assert(torn_lines_is_empty(&torn));
}

Test(torn_lines, longer_begin)
{
        cr_assert_eq(take("be", LINE_EOF, 1, false), 1);
        cr_assert_eq(take("begi", LINE_EOF, 2, false), 1);
        cr_assert_eq(take("begin", LINE_NEWLINE, 3, false), 1);
        cr_assert_str_eq(text, "1@3:begin\n");
}

Test(torn_lines, joined_with_what_comes_after_a_rest)
{
        cr_assert_eq(take("be", LINE_EOF, 1, true), 1);
        refuse = 1;
        cr_assert_eq(take("gin", LINE_NEWLINE, 2, false), 0);
        cr_assert_eq(take("gin", LINE_NEWLINE, 2, false), 1);
        cr_assert_str_eq(text, "1@2:begin\n");
        cr_assert(torn_lines_is_empty(&torn));
}

Test(torn_lines, apart_from_another_line)
{
        cr_assert_eq(take("be", LINE_EOF, 1, false), 1);
        refuse = 1;
        cr_assert_eq(take("gin", LINE_NEWLINE, 2, false), 0);
        refuse = 0;
        cr_assert_eq(take("gin", LINE_NEWLINE, 2, false), 1);
        cr_assert_str_eq(text, "1@1:be$1@2:gin\n");
}

Test(torn_lines, no_room_between_a_torn_line_and_the_next)
{
        cr_assert_eq(take("be", LINE_EOF, 1, false), 1);
        cr_assert_eq(take("other", LINE_EOF, 2, false), 1);
        cr_assert_str_eq(text, "1@1:be$");
        torn_lines_finish(&torn);
        cr_assert_str_eq(text, "1@1:be$1@2:other$");
}

Test(torn_lines, at_the_end_both_streams)
{
        cr_assert_eq(take("out", LINE_EOF, 1, false), 1);
        cr_assert_eq(torn_lines_take(&torn, STREAM_STDERR, &(Line){ "err", 3, LINE_EOF }, 2, false), 1);
        refuse = 1;
        torn_lines_finish(&torn);
        cr_assert_str_eq(text, "");
        torn_lines_finish(&torn);
        cr_assert_str_eq(text, "1@1:out$2@2:err$");
        cr_assert(torn_lines_is_empty(&torn));
        torn_lines_finish(&torn);
        cr_assert_str_eq(text, "1@1:out$2@2:err$");
}

Test(stored_lines, keep_their_order)
{
        StoredLines s = {};

        for (uint64_t i = 0; i < 5000; i++)
                cr_assert_eq(stored_lines_add(&s, i, i * 10, 0), 0);
        cr_assert_eq(s.n, 5000);
        for (uint64_t i = 0; i < 5000; i++) {
                cr_assert_eq(s.lines[i].hash, i);
                cr_assert_eq(s.lines[i].time_nsec, i * 10);
        }
        stored_lines_done(&s);
        cr_assert_null(s.lines);
}

/* 65536 is the limit. */
Test(stored_lines, old_ones_go_where_there_are_too_many)
{
        StoredLines s = {};

        for (uint64_t i = 0; i < 65536; i++)
                cr_assert_eq(stored_lines_add(&s, i, i, 60000), 0);
        cr_assert_eq(s.n, 65536);
        cr_assert_eq(stored_lines_add(&s, 65536, 65536, 60000), 0);
        cr_assert_eq(s.n, 32769);
        cr_assert_eq(s.lines[0].hash, 32768);
        cr_assert_eq(s.lines[32768].hash, 65536);
        stored_lines_done(&s);
}

/* The end of ours is before the younger half: this must not go. */
Test(stored_lines, new_ones_are_left_out_where_the_old_ones_are_needed)
{
        StoredLines s = {};

        for (uint64_t i = 0; i < 70000; i++)
                cr_assert_eq(stored_lines_add(&s, i, i, 30000), 0);
        cr_assert_eq(s.n, 65536);
        cr_assert_eq(s.lines[0].hash, 0);
        cr_assert_eq(s.lines[65535].hash, 65535);
        stored_lines_done(&s);
}
