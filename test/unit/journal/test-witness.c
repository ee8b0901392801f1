/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Two streams with the same lines, and what one of them has lost. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/witness.h"

#define OUT STREAM_STDOUT
#define ERR STREAM_STDERR

static Witness w;
static uint64_t now;

static void setup(void)
{
        now = 1000;
}

static void teardown(void)
{
        witness_done(&w);
}

TestSuite(witness, .init = setup, .fini = teardown);

static Line line_of(const char *text)
{
        return (Line){ text, strlen(text), LINE_NEWLINE };
}

static int see(int stream, const char *text)
{
        Line line = line_of(text);

        return witness_see(&w, stream, &line, now++);
}

static size_t missing(int stream, const char *text)
{
        Line line = line_of(text);

        return witness_missing(&w, stream, &line);
}

static int deliver(int stream, const char *text)
{
        Line line = line_of(text);

        return witness_delivered(&w, stream, &line, now++);
}

static void assert_first(const char *text, int stream)
{
        int found = -1;
        const WitnessLine *first = witness_first(&w, &found);

        if (!text) {
                cr_assert_null(first);
                return;
        }
        cr_assert_not_null(first);
        cr_assert_eq(found, stream);
        cr_assert_eq(first->size, strlen(text));
        cr_assert_eq(memcmp(first->data, text, first->size), 0);
        cr_assert_eq(first, witness_first_of(&w, stream));
}

Test(witness, nothing_agrees_before_a_line_is_common)
{
        cr_assert_not(witness_agrees(&w, 0));
        cr_assert_eq(see(OUT, "one"), 1);
        cr_assert_not(witness_agrees(&w, now));
        cr_assert_eq(deliver(OUT, "one"), 0);
        cr_assert(witness_agrees(&w, 0));
        assert_first(NULL, OUT);
}

Test(witness, either_stream_may_be_first)
{
        static const char *const lines[] = { "one", "two", "two", "", "three", "two" };

        for (size_t i = 0; i < 6; i++) {
                if (i % 2 == 0)
                        cr_assert_eq(deliver(OUT, lines[i]), 0);
                cr_assert_eq(see(OUT, lines[i]), 1);
                cr_assert_eq(missing(OUT, lines[i]), i % 2 == 1 ? 0 : WITNESS_UNSEEN);
                if (i % 2 == 1)
                        cr_assert_eq(deliver(OUT, lines[i]), 0);
                cr_assert(witness_agrees(&w, 0), "%s", lines[i]);
        }
}

Test(witness, lines_before_the_one_that_is_delivered_are_missing)
{
        see(OUT, "one");
        see(ERR, "error");
        see(OUT, "two");
        see(OUT, "three");
        cr_assert_eq(missing(OUT, "three"), 2);
        cr_assert_eq(missing(OUT, "one"), 0);
        cr_assert_eq(missing(OUT, "four"), WITNESS_UNSEEN);
        cr_assert_eq(missing(ERR, "three"), WITNESS_UNSEEN);
        witness_drop(&w, OUT);
        witness_drop(&w, OUT);
        cr_assert_eq(deliver(OUT, "three"), 0);
        assert_first("error", ERR);
        cr_assert_not(witness_agrees(&w, 0));
        cr_assert_eq(deliver(ERR, "error"), 0);
        cr_assert(witness_agrees(&w, 0));
}

Test(witness, what_is_held_keeps_the_order_of_both_streams)
{
        see(ERR, "one");
        see(OUT, "two");
        see(OUT, "three");
        see(ERR, "four");
        assert_first("one", ERR);
        witness_drop(&w, ERR);
        assert_first("two", OUT);
        witness_drop(&w, OUT);
        assert_first("three", OUT);
        witness_drop(&w, OUT);
        assert_first("four", ERR);
        witness_drop(&w, ERR);
        assert_first(NULL, OUT);
}

/* Lines from before the witness have no twin. They do not disagree for ever. */
Test(witness, older_lines_are_forgotten_with_the_first_common_one)
{
        deliver(OUT, "old");
        deliver(OUT, "older");
        deliver(OUT, "common");
        cr_assert_eq(see(OUT, "common"), 1);
        cr_assert(witness_agrees(&w, 0));
        deliver(OUT, "ahead");
        cr_assert_not(witness_agrees(&w, 0));
        cr_assert(witness_agrees(&w, now), "it is long ago");
}

/* The witness began within "a whole line". */
Test(witness, first_line_may_be_the_end_of_one)
{
        see(OUT, "line");
        cr_assert_eq(deliver(OUT, "a whole line"), 0);
        assert_first(NULL, OUT);
        cr_assert(witness_agrees(&w, 0));
        see(OUT, "end");
        cr_assert_eq(deliver(OUT, "another end"), 0);
        assert_first("end", OUT);
}

Test(witness, first_line_may_be_the_end_of_one_that_was_delivered)
{
        deliver(ERR, "a whole line");
        cr_assert_eq(see(ERR, "whole line"), 1);
        assert_first(NULL, ERR);
        cr_assert_eq(see(ERR, "line"), 1);
        assert_first("line", ERR);
}

/* Far more lines than the first array has room for, in both directions, with the begin of the arrays moving.
 */
Test(witness, many_lines)
{
        char text[32];

        for (unsigned round = 0; round < 200; round++) {
                for (unsigned i = 0; i < 37; i++) {
                        (void) snprintf(text, sizeof(text), "%u.%u", round, i);
                        if (round % 2 == 0)
                                cr_assert_eq(see(OUT, text), 1);
                        else
                                cr_assert_eq(deliver(OUT, text), 0);
                }
                for (unsigned i = 0; i < 37; i++) {
                        (void) snprintf(text, sizeof(text), "%u.%u", round, i);
                        cr_assert_eq(missing(OUT, text), round % 2 == 0 ? 0 : WITNESS_UNSEEN);
                        cr_assert_eq(round % 2 == 0 ? deliver(OUT, text) : see(OUT, text),
                                     round % 2 == 0 ? 0 : 1);
                }
                cr_assert(witness_agrees(&w, 0), "%u", round);
        }
        cr_assert_eq(w.bytes, 0);
}

Test(witness, room_is_limited)
{
        static char big[1024 * 1024];
        Line line = { big, sizeof(big), LINE_NEWLINE };
        int n = 0;

        while (witness_see(&w, OUT, &line, now) > 0)
                n++;
        cr_assert_eq(n, 3);
        witness_drop(&w, OUT);
        cr_assert_eq(witness_see(&w, OUT, &line, now), 1);
        for (size_t i = 0; i < WITNESS_AHEAD_MAX; i++)
                cr_assert_eq(deliver(ERR, "line"), 0);
        cr_assert_eq(deliver(ERR, "line"), -ENOBUFS);
}
