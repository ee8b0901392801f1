/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What is new of a stored log, after the first bytes of a line were delivered. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "journal/raw-gate.h"
#include "util/macro.h"

static LogPosition *position;
static RawGate gate;
static char text[256];
static size_t size;
static unsigned refuse;

static int next(int stream, const Line *line, uint64_t stamp_nsec, void *userdata)
{
        cr_assert_eq(line->why, LINE_RAW);
        cr_assert_eq(stamp_nsec, 7);
        if (refuse > 0) {
                refuse--;
                return 0;
        }
        cr_assert_leq(size + line->size, sizeof(text));
        memcpy(text + size, line->data, line->size);
        size += line->size;
        log_position_take_raw(position, stream, line->data, line->size, stamp_nsec);
        return 1;
}

static void setup(void)
{
        position = calloc(1, sizeof(*position));
        cr_assert_not_null(position);
        log_position_init(position, "id", "epoch", 1);
}

static void teardown(void)
{
        free(position);
}

TestSuite(raw_gate, .init = setup, .fini = teardown);

static void delivered(const char *bytes)
{
        log_position_take_raw(position, STREAM_STDOUT, bytes, strlen(bytes), 1);
}

static int take(const char *piece)
{
        return raw_gate_take(&gate, &log_position_trail(position, STREAM_STDOUT)->open, STREAM_STDOUT,
                             &(Line){ piece, strlen(piece), LINE_RAW }, 7, next, NULL);
}

#define new_is(expected) cr_assert_str_eq((text[size] = 0, text), expected)

Test(raw_gate, all_is_new_where_no_line_is_open)
{
        delivered("one\n");
        cr_assert_eq(take("one\n"), 1);
        cr_assert_eq(take("t"), 1);
        cr_assert_eq(take("wo"), 1);
        cr_assert_eq(take(""), 1);
        new_is("one\ntwo");
}

Test(raw_gate, known_lines_are_left_out)
{
        raw_gate_drop_line(&gate);
        cr_assert_eq(take("on"), 1);
        cr_assert_eq(take("e\n"), 1);
        cr_assert_eq(take("two\n"), 1);
        new_is("two\n");
}

Test(raw_gate, the_begin_of_the_open_line_is_left_out)
{
        delivered("one\nbeg");
        cr_assert_eq(take("begin\n"), 1);
        cr_assert_eq(take("beg\n"), 1);
        new_is("in\nbeg\n");
        cr_assert_not(gate.differs);
}

Test(raw_gate, in_pieces_and_refused)
{
        delivered("begin");
        cr_assert_eq(take("b"), 1);
        cr_assert_eq(take("egi"), 1);
        refuse = 2;
        cr_assert_eq(take("ning"), 0);
        cr_assert_eq(take("ning"), 0);
        cr_assert_eq(take("ning"), 1);
        cr_assert_eq(take("!\n"), 1);
        new_is("ing!\n");
}

Test(raw_gate, only_its_newline_is_missing)
{
        delivered("whole");
        cr_assert_eq(take("whole"), 1);
        cr_assert_eq(take("\n"), 1);
        new_is("\n");
        cr_assert_not(gate.differs);
}

Test(raw_gate, rest_of_a_line_whose_begin_the_engine_has_lost)
{
        delivered("begin ");
        cr_assert_eq(take("of a line\n"), 1);
        new_is("of a line\n");
        cr_assert_not(gate.differs);
}

Test(raw_gate, line_that_differs_later)
{
        delivered("begin");
        cr_assert_eq(take("beg"), 1);
        refuse = 1;
        cr_assert_eq(take("one\n"), 0);
        cr_assert_eq(take("one\n"), 1);
        cr_assert_eq(take("x\n"), 1);
        new_is("begone\nx\n");
        cr_assert(gate.differs);
}

Test(raw_gate, only_the_head_of_a_long_line_is_compared)
{
        char *line = calloc(1, LOG_HEAD_SIZE + 100);

        cr_assert_not_null(line);
        memset(line, 'x', LOG_HEAD_SIZE + 50);
        delivered(line);
        line[LOG_HEAD_SIZE + 1] = 'y';
        cr_assert_eq(take(line), 1);
        cr_assert_eq(take("end\n"), 1);
        new_is("end\n");
        free(line);
}

Test(raw_gate, long_line_that_is_shorter_now)
{
        char *line = calloc(1, LOG_HEAD_SIZE + 100);

        cr_assert_not_null(line);
        memset(line, 'x', LOG_HEAD_SIZE + 50);
        delivered(line);
        line[LOG_HEAD_SIZE + 10] = 0;
        cr_assert_eq(take(line), 1);
        cr_assert_eq(take("\nnext\n"), 1);
        new_is("\nnext\n");
        cr_assert(gate.differs);
        free(line);
}
