/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Where our lines end in the stored log. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "codec/journal/log-join.h"

#define MS (NSEC_PER_SEC / 1000)
#define N_MAX 70000

static LogTrail trail;
static LogStored stored[N_MAX];
static size_t n;

static void setup(void)
{
        memset(&trail, 0, sizeof(trail));
        n = 0;
}

TestSuite(log_join, .init = setup);

static void received(uint64_t hash, uint64_t ms)
{
        trail.entries[trail.n++ % LOG_TRAIL_SLOTS] = (LogEntry){ .hash = hash, .time_nsec = ms * MS };
}

static void has(uint64_t hash, uint64_t ms)
{
        stored[n++] = (LogStored){ hash, ms * MS };
}

static void expect(LogJoin wanted, size_t wanted_known)
{
        size_t known = 999;
        LogJoin join = log_join(&trail, stored, n, false, &known);

        cr_expect_eq(join, wanted, "%s", log_join_to_string(join));
        cr_expect_eq(known, wanted_known, "%zu", known);
}

Test(log_join, nothing_at_all)
{
        expect(LOG_JOIN_WHOLE, 0);
}

Test(log_join, nothing_received)
{
        has(1, 10);
        has(2, 20);
        expect(LOG_JOIN_WHOLE, 0);
}

Test(log_join, nothing_stored)
{
        received(1, 10);
        expect(LOG_JOIN_WHOLE, 0);
}

Test(log_join, different_lines_cut_everywhere)
{
        for (uint64_t from = 0; from < 20; from++)
                for (uint64_t begin = 0; begin < 20; begin++)
                        for (uint64_t end = begin + 1; end < 20; end++) {
                                setup();
                                for (uint64_t i = from; i <= end; i++)
                                        received(i, 1000 + 10 * i);
                                for (uint64_t i = begin; i < 25; i++)
                                        has(i, 1000 + 10 * i);
                                if (from <= end)
                                        expect(LOG_JOIN_WHOLE, end - begin + 1);
                        }
}

Test(log_join, all_is_known)
{
        for (uint64_t i = 0; i < 10; i++) {
                received(i, i);
                has(i, i);
        }
        expect(LOG_JOIN_WHOLE, 10);
}

/* The engine was killed before it had stored the last three, and came back two seconds later. */
Test(log_join, engine_has_less_than_we)
{
        for (uint64_t i = 0; i < 13; i++)
                received(i, 1000 + i);
        for (uint64_t i = 5; i < 10; i++)
                has(i, 1000 + i);
        for (uint64_t i = 20; i < 40; i++)
                has(i, 3000 + i);
        expect(LOG_JOIN_SHORT, 5);
}

Test(log_join, engine_has_nothing_of_ours)
{
        received(1, 1000);
        received(2, 1001);
        has(7, 3000);
        has(8, 3001);
        expect(LOG_JOIN_SHORT, 0);
}

/* All lines are equal, as of a clock that ticks, and the times decide. */
Test(log_join, equal_lines)
{
        for (uint64_t i = 0; i < 100; i++)
                received(7, 1000 * i + 3);
        for (uint64_t i = 95; i < 130; i++)
                has(7, 1000 * i);
        expect(LOG_JOIN_WHOLE, 5);
}

Test(log_join, equal_lines_after_a_restart_of_the_container)
{
        for (uint64_t i = 0; i < 10; i++)
                received(7, 1000 * i + 3);
        for (uint64_t i = 5; i < 10; i++)
                has(7, 1000 * i);
        for (uint64_t i = 0; i < 10; i++)
                has(7, 10300 + 1000 * i);
        expect(LOG_JOIN_WHOLE, 5);
}

Test(log_join, repeated_blocks)
{
        for (uint64_t i = 0; i < 90; i++)
                received(i % 3, 100 * i + 1);
        for (uint64_t i = 60; i < 120; i++)
                has(i % 3, 100 * i);
        expect(LOG_JOIN_WHOLE, 30);
}

/* By chance, our last line also occurs among the new lines. */
Test(log_join, a_line_that_comes_again)
{
        for (uint64_t i = 0; i < 10; i++)
                received(i, 1000 + i);
        for (uint64_t i = 0; i < 10; i++)
                has(i, 1000 + i);
        has(50, 1011);
        has(9, 1012);
        has(51, 1013);
        expect(LOG_JOIN_WHOLE, 10);
}

Test(log_join, first_stored_line_is_equal_to_our_last)
{
        received(9, 1000);
        for (uint64_t i = 1; i < 10; i++)
                received(i, 1000 + i);
        has(9, 1000);
        for (uint64_t i = 1; i < 12; i++)
                has(i, 1000 + i);
        expect(LOG_JOIN_WHOLE, 10);
}

/* The journal was slow: we received the lines long after the engine. */
Test(log_join, late_receipts)
{
        for (uint64_t i = 0; i < 500; i++)
                received(i, 60000 + i);
        for (uint64_t i = 100; i < 900; i++)
                has(i, i);
        expect(LOG_JOIN_WHOLE, 400);
}

/* A busy engine stores lines later than it sends them. */
Test(log_join, early_receipts)
{
        for (uint64_t i = 0; i < 500; i++)
                received(i, i);
        for (uint64_t i = 100; i < 900; i++)
                has(i, 1500 + i);
        expect(LOG_JOIN_WHOLE, 400);
}

Test(log_join, more_stored_than_remembered)
{
        for (uint64_t i = 0; i < 60000; i++) {
                received(i, i / 10);
                has(i, i / 10);
        }
        for (uint64_t i = 60000; i < 61000; i++)
                has(i, i / 10);
        expect(LOG_JOIN_WHOLE, 60000);
}

/* The worst case for the running time: everything fits everywhere. */
Test(log_join, all_equal_and_many, .timeout = 60)
{
        for (uint64_t i = 0; i < 60000; i++) {
                received(7, i / 10);
                has(7, i / 10);
        }
        for (uint64_t i = 60000; i < N_MAX; i++)
                has(7, 60000 + i / 10);
        expect(LOG_JOIN_WHOLE, 60000);
}

Test(log_join, nothing_in_common)
{
        for (uint64_t i = 0; i < 10; i++)
                received(i, 1000 + i);
        for (uint64_t i = 0; i < 10; i++)
                has(100 + i, 1000 + i);
        has(200, 5000);
        expect(LOG_JOIN_GUESS, 10);
}

Test(log_join, bound)
{
        LogBound b;

        has(1, 10);
        has(2, 20);
        has(3, 20);
        has(4, 20);
        has(5, 30);
        b = log_join_bound(stored, 0, 5);
        cr_expect(b.time_nsec == 5 && b.count == 0);
        b = log_join_bound(stored, 1, 5);
        cr_expect(b.time_nsec == 10 * MS && b.count == 1);
        b = log_join_bound(stored, 3, 5);
        cr_expect(b.time_nsec == 20 * MS && b.count == 2);
        b = log_join_bound(stored, 4, 5);
        cr_expect(b.time_nsec == 20 * MS && b.count == 3);
        b = log_join_bound(stored, 5, 5);
        cr_expect(b.time_nsec == 30 * MS && b.count == 1);
}

/* Random containers and engines: each line once. */
Test(log_join, at_random)
{
        for (unsigned seed = 1; seed < 3000; seed++) {
                unsigned state = seed;
                uint64_t kinds = 2 + (uint64_t) rand_r(&state) % 50, ms = 1000;
                size_t total = 20 + (size_t) rand_r(&state) % 200,
                       ours = 1 + (size_t) rand_r(&state) % total;
                size_t begin = (size_t) rand_r(&state) % ours, known = 0;
                LogJoin join;

                setup();
                for (size_t i = 0; i < total; i++) {
                        uint64_t hash = (uint64_t) rand_r(&state) % kinds;

                        ms += 10 + (uint64_t) rand_r(&state) % 1000;
                        if (i < ours)
                                received(hash, ms + (uint64_t) rand_r(&state) % 3);
                        if (i >= begin)
                                has(hash, ms);
                }
                join = log_join(&trail, stored, n, false, &known);
                cr_assert_eq(join, LOG_JOIN_WHOLE, "seed %u", seed);
                cr_assert_eq(known, ours - begin, "seed %u: %zu instead of %zu", seed, known, ours - begin);
        }
}
