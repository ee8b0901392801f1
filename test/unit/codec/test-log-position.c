/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The position in a container's output. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec/journal/log-position.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SEC NSEC_PER_SEC
#define MIB (UINT64_C(1024) * 1024)

static LogPosition p;

static void setup(void)
{
        log_position_init(&p, ID, "epoch", 100 * SEC);
}

TestSuite(log_position, .init = setup);

static void offer(int stream, const char *line, uint64_t nsec)
{
        log_position_offer(&p, stream, log_line_hash(line, strlen(line)), nsec);
}

static void store(LogBound out, LogBound err)
{
        LogBound bounds[_STREAM_MAX] = { [STREAM_STDOUT] = out, [STREAM_STDERR] = err };

        log_position_store(&p, bounds);
}

static void expect_bound(int stream, uint64_t nsec, uint64_t count)
{
        LogBound b = log_trail_bound(log_position_trail(&p, stream));

        cr_expect_eq(b.time_nsec, nsec, "%llu", (unsigned long long) b.time_nsec);
        cr_expect_eq(b.count, count, "%llu", (unsigned long long) b.count);
}

Test(log_position, hash_of_pieces)
{
        char data[64];

        for (size_t i = 0; i < sizeof(data); i++)
                data[i] = (char) (i * 37);
        for (size_t one = 0; one < 20; one++)
                for (size_t two = one; two < sizeof(data); two++) {
                        LogHash h = {};

                        log_hash_feed(&h, data, one);
                        log_hash_feed(&h, data + one, two - one);
                        log_hash_feed(&h, data + two, sizeof(data) - two);
                        cr_assert_eq(log_hash_end(&h), log_line_hash(data, sizeof(data)), "%zu %zu", one,
                                     two);
                }
}

static uint64_t hash_in_pieces(const char *data, size_t size, size_t piece)
{
        LogHash h = {};

        for (size_t i = 0; i < size; i += piece)
                log_hash_feed(&h, data + i, MIN(piece, size - i));
        return log_hash_end(&h);
}

/* What json-file makes of a line. */
Test(log_position, hash_of_what_is_stored)
{
        static const char *const pairs[][2] = {
                { "caf\xe9 1", "caf\xef\xbf\xbd 1" },
                { "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd" },
                { "a\xc3", "a\xef\xbf\xbd" },
                { "a\xe2\x82z", "a\xef\xbf\xbd\xef\xbf\xbdz" },
                { "\xf0\x9f\xc3\xa4", "\xef\xbf\xbd\xef\xbf\xbd\xc3\xa4" },
                { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
        };
        char raw[17000], stored[17100];

        for (size_t i = 0; i < ELEMENTSOF(pairs); i++)
                for (size_t piece = 1; piece < 9; piece++)
                        cr_expect_eq(hash_in_pieces(pairs[i][0], strlen(pairs[i][0]), piece),
                                     hash_in_pieces(pairs[i][1], strlen(pairs[i][1]), piece), "%zu %zu", i,
                                     piece);
        memset(raw, 'x', sizeof(raw));
        memcpy(raw + 16383, "\xc3\xa9", 2);
        memset(stored, 'x', sizeof(stored));
        memcpy(stored + 16383, "\xef\xbf\xbd\xef\xbf\xbd", 6);
        cr_expect_eq(log_line_hash(raw, sizeof(raw)), log_line_hash(stored, sizeof(raw) + 4));
        cr_expect_eq(hash_in_pieces(raw, sizeof(raw), 100), log_line_hash(raw, sizeof(raw)));
        cr_expect_neq(log_line_hash("\xc3\xa4", 2), log_line_hash("\xc3\xa5", 2));
        cr_expect_neq(log_line_hash("\xc3\xa4", 2), log_line_hash("", 0));
}

static double seconds_for(const char *data, size_t size)
{
        double best = 1e9;

        for (int i = 0; i < 5; i++) {
                struct timespec a, b;

                log_position_init(&p, "id", "epoch", 1);
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
                log_position_take_raw(&p, STREAM_STDOUT, data, size, 1);
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
                best = MIN(best, (double) (b.tv_sec - a.tv_sec) + (double) (b.tv_nsec - a.tv_nsec) / 1e9);
        }
        return best;
}

/* Random bytes were some forty times as slow as text, so that the output of a dump waited for us. */
Test(log_position, binary_data_is_not_much_slower_than_text)
{
        static char text[1 << 20], binary[sizeof(text)];

        srand(1);
        for (size_t i = 0; i < sizeof(text); i++) {
                binary[i] = (char) rand();
                text[i] = i % 256 == 255 ? '\n' : 'x';
        }
        cr_expect_lt(seconds_for(binary, sizeof(binary)), 16 * seconds_for(text, sizeof(text)));
}

Test(log_position, raw_bytes_are_lines_and_an_open_one)
{
        const LogTrail *t = log_position_trail(&p, STREAM_STDERR);

        log_position_take_raw(&p, STREAM_STDERR, "one\ntw", 6, 10);
        log_position_take_raw(&p, STREAM_STDERR, "o\n\nbe", 5, 11);
        log_position_take_raw(&p, STREAM_STDERR, "gin", 3, 12);
        cr_assert_eq(t->n, 3);
        cr_assert_eq(t->sent_n, 3);
        cr_assert_eq(p.offered, 0);
        cr_assert_eq(log_trail_last(t, 0)->hash, log_line_hash("", 0));
        cr_assert_eq(log_trail_last(t, 1)->hash, log_line_hash("two", 3));
        cr_assert_eq(log_trail_last(t, 1)->time_nsec, 11);
        cr_assert_eq(log_trail_last(t, 2)->hash, log_line_hash("one", 3));
        cr_assert_eq(t->open.hash.all.size, 5);
        cr_assert_eq(t->open.time_nsec, 11);
        cr_assert_eq(memcmp(t->open.head, "begin", 5), 0);
        log_position_settle(&p, 0, "next");
        cr_assert_eq(t->n, 3);
        cr_assert_eq(t->open.hash.all.size, 5);
}

Test(log_position, open_line_is_read_again)
{
        store((LogBound){ 100, 1 }, (LogBound){ 100, 1 });
        log_position_take_raw(&p, STREAM_STDOUT, "one\nbe", 6, 105);
        log_position_take_raw(&p, STREAM_STDERR, "two\n", 4, 120);
        cr_assert_eq(log_position_since(&p), 105);
        expect_bound(STREAM_STDOUT, 105, 1);
}

/* Bytes of all kinds, after one that makes the line odd. */
Test(log_position, hash_of_binary_data_is_that_of_its_ascii_characters)
{
        char bytes[3000] = "\xff\xff\xff\xff\xff", ascii[sizeof(bytes)];
        uint32_t random = 1;

        for (size_t size = 5; size <= sizeof(bytes); size++) {
                size_t n = 0;

                random = random * 1103515245 + 12345;
                bytes[size - 1] = (char) (size > 5 ? random >> 16 : 0xff);
                for (size_t i = 0; i < size; i++)
                        if (!(bytes[i] & 0x80))
                                ascii[n++] = bytes[i];
                cr_expect_eq(log_line_hash(bytes, size), log_line_hash(ascii, n), "%zu", size);
                cr_expect_eq(hash_in_pieces(bytes, size, size % 37 + 1), log_line_hash(ascii, n), "%zu",
                             size);
        }
}

Test(log_position, hash)
{
        char a[64], b[64];

        memset(a, 'x', sizeof(a));
        for (size_t size = 0; size < sizeof(a); size++) {
                memcpy(b, a, sizeof(b));
                cr_expect_eq(log_line_hash(a, size), log_line_hash(b, size));
                cr_expect_neq(log_line_hash(a, size), log_line_hash(a, size + 1));
                for (size_t i = 0; i < size; i++) {
                        b[i] ^= 1;
                        cr_expect_neq(log_line_hash(a, size), log_line_hash(b, size), "%zu of %zu", i, size);
                        b[i] ^= 1;
                }
        }
        cr_expect_neq(log_line_hash("\0", 1), log_line_hash("", 0));
}

Test(log_position, valid)
{
        LogPosition q = p;

        cr_expect(log_position_is_valid(&p, sizeof(p), ID));
        cr_expect_not(log_position_is_valid(&p, sizeof(p) - 1, ID));
        cr_expect_not(log_position_is_valid(&p, 0, ID));
        cr_expect_not(log_position_is_valid(&p, sizeof(p), "b" ID));
        q.magic[15]++;
        cr_expect_not(log_position_is_valid(&q, sizeof(q), ID));
        q = p;
        q.mode = _LOG_MODE_MAX;
        cr_expect_not(log_position_is_valid(&q, sizeof(q), ID));
        q = p;
        memset(q.epoch, 'x', sizeof(q.epoch));
        cr_expect_not(log_position_is_valid(&q, sizeof(q), ID));
        q = p;
        memset(q.id, 'a', sizeof(q.id));
        cr_expect_not(log_position_is_valid(&q, sizeof(q), ID));
}

Test(log_position, trail)
{
        cr_expect_null(log_trail_last(log_position_trail(&p, STREAM_STDOUT), 0));
        for (uint64_t i = 1; i <= 5000; i++) {
                log_position_offer(&p, STREAM_STDOUT, i, i);
                cr_assert_eq(log_trail_last(log_position_trail(&p, STREAM_STDOUT), 0)->hash, i);
                cr_assert_eq(log_trail_last(log_position_trail(&p, STREAM_STDOUT), 0)->ordinal, i);
        }
        for (uint64_t i = 0; i < LOG_TRAIL_LINES; i++)
                cr_assert_eq(log_trail_last(log_position_trail(&p, STREAM_STDOUT), i)->hash, 5000 - i);
        cr_expect_null(log_trail_last(log_position_trail(&p, STREAM_STDOUT), LOG_TRAIL_LINES));
        cr_expect_null(log_trail_last(log_position_trail(&p, STREAM_STDERR), 0));
}

Test(log_position, withdrawn)
{
        offer(STREAM_STDOUT, "a", 1);
        log_position_sent(&p, 1);
        offer(STREAM_STDERR, "b", 2);
        log_position_withdraw(&p, STREAM_STDERR);
        cr_expect_null(log_trail_last(log_position_trail(&p, STREAM_STDERR), 0));
        cr_expect_eq(p.offered, 1);
        offer(STREAM_STDOUT, "c", 3);
        cr_expect_eq(log_trail_last(log_position_trail(&p, STREAM_STDOUT), 0)->ordinal, 2);
}

/* The supervisor was killed with lines 3 to 5 on their way, and the journal has line 3. */
Test(log_position, settled)
{
        offer(STREAM_STDOUT, "1", 1);
        offer(STREAM_STDERR, "2", 2);
        log_position_sent(&p, 2);
        offer(STREAM_STDOUT, "3", 3);
        offer(STREAM_STDERR, "4", 4);
        offer(STREAM_STDOUT, "5", 5);
        log_position_settle(&p, 3, "another");
        cr_expect_eq(log_trail_last(log_position_trail(&p, STREAM_STDOUT), 0)->time_nsec, 3);
        cr_expect_eq(log_trail_last(log_position_trail(&p, STREAM_STDERR), 0)->time_nsec, 2);
        cr_expect_str_eq(p.epoch, "another");
        cr_expect_eq(p.offered, 0);
        cr_expect_eq(p.sent, 0);
        offer(STREAM_STDOUT, "4", 6);
        cr_expect_eq(log_trail_last(log_position_trail(&p, STREAM_STDOUT), 0)->ordinal, 1);
        /* … and once more, at once. */
        log_position_settle(&p, 0, "third");
        cr_expect_eq(log_trail_last(log_position_trail(&p, STREAM_STDOUT), 0)->time_nsec, 3);
}

Test(log_position, settled_without_ordinals)
{
        p.without_ordinals = 1;
        offer(STREAM_STDOUT, "1", 1);
        offer(STREAM_STDERR, "2", 2);
        offer(STREAM_STDOUT, "3", 3);
        log_position_stream_sent(&p, STREAM_STDOUT, 1);
        log_position_stream_sent(&p, STREAM_STDERR, 1);
        log_position_settle(&p, 0, "another");
        cr_expect_eq(log_trail_last(log_position_trail(&p, STREAM_STDOUT), 0)->time_nsec, 1);
        cr_expect_eq(log_trail_last(log_position_trail(&p, STREAM_STDERR), 0)->time_nsec, 2);
        offer(STREAM_STDOUT, "3", 4);
        log_position_settle(&p, 0, "third");
        cr_expect_eq(log_trail_last(log_position_trail(&p, STREAM_STDOUT), 0)->time_nsec, 1);
}

Test(log_position, attached_since_the_begin)
{
        cr_expect_eq(log_position_since(&p), 100 * SEC);
        log_position_received(&p, 10, 200 * SEC);
        cr_expect_eq(log_position_since(&p), 100 * SEC, "it was never calm");
        log_position_calm(&p);
        cr_expect_eq(log_position_since(&p), 195 * SEC);
        log_position_received(&p, 10, 300 * SEC);
        cr_expect_eq(log_position_since(&p), 195 * SEC);
        log_position_calm(&p);
        cr_expect_eq(log_position_since(&p), 295 * SEC);
}

Test(log_position, calm_soon_after_the_begin)
{
        log_position_received(&p, 10, 101 * SEC);
        log_position_calm(&p);
        cr_expect_eq(log_position_since(&p), 100 * SEC);
}

/* A container that writes all the time: the amount that the engine holds back is limited. */
Test(log_position, attached_and_never_calm)
{
        for (uint64_t i = 0; i < 64 * MIB; i += 1024)
                log_position_received(&p, 1024, 100 * SEC + i);
        cr_expect_gt(log_position_since(&p), 100 * SEC + 64 * MIB - 5 * MIB);
        cr_expect_leq(log_position_since(&p), 100 * SEC + 60 * MIB);
}

Test(log_position, few_bytes_are_no_limit)
{
        for (uint64_t i = 0; i < 3 * MIB; i += 1024)
                log_position_received(&p, 1024, 100 * SEC + i);
        cr_expect_eq(log_position_since(&p), 100 * SEC);
}

Test(log_position, bounds)
{
        offer(STREAM_STDOUT, "received", 5000 * SEC);
        store((LogBound){ 150 * SEC, 2 }, (LogBound){ 140 * SEC, 0 });
        expect_bound(STREAM_STDOUT, 150 * SEC, 2);
        expect_bound(STREAM_STDERR, 140 * SEC, 0);
        cr_expect_eq(log_position_since(&p), 140 * SEC, "the times of receipts are no stamps");
        offer(STREAM_STDOUT, "same stamp as the last known one", 150 * SEC);
        expect_bound(STREAM_STDOUT, 150 * SEC, 3);
        offer(STREAM_STDOUT, "a", 160 * SEC);
        offer(STREAM_STDOUT, "b", 161 * SEC);
        offer(STREAM_STDOUT, "c", 161 * SEC);
        expect_bound(STREAM_STDOUT, 161 * SEC, 2);
        /* stderr was silent: its lines with old stamps have arrived. */
        cr_expect_eq(log_position_since(&p), 159 * SEC);
        offer(STREAM_STDERR, "d", 155 * SEC);
        cr_expect_eq(log_position_since(&p), 159 * SEC);
        expect_bound(STREAM_STDERR, 155 * SEC, 1);
}

Test(log_position, a_line_in_progress)
{
        store((LogBound){ 150 * SEC, 0 }, (LogBound){ 150 * SEC, 0 });
        offer(STREAM_STDOUT, "a", 200 * SEC);
        log_position_trail(&p, STREAM_STDERR)->pending_nsec = 160 * SEC;
        cr_expect_eq(log_position_since(&p), 160 * SEC, "it has to be read from its begin");
}

Test(log_position, many_of_one_stamp)
{
        store((LogBound){ 1, 0 }, (LogBound){ 1, 0 });
        for (int i = 0; i < 700; i++)
                offer(STREAM_STDOUT, "x", 2 * SEC);
        expect_bound(STREAM_STDOUT, 2 * SEC, 700);
}

/* Anything may be in the file. */
Test(log_position, hostile)
{
        for (unsigned seed = 0; seed < 200; seed++) {
                unsigned char *bytes = (unsigned char *) &p;
                unsigned state = seed;

                for (size_t i = 0; i < sizeof(p); i++)
                        bytes[i] = (unsigned char) rand_r(&state);
                (void) log_position_since(&p);
                (void) log_trail_bound(log_position_trail(&p, STREAM_STDERR));
                log_position_settle(&p, 0, "x");
                cr_assert_str_eq(p.epoch, "x");
                offer(STREAM_STDOUT, "x", 1);
                cr_assert_eq(p.offered, 1);
                log_position_received(&p, 1, 1);
                (void) log_position_since(&p);
        }
}

/* The clock is set */

static void note_clock(uint64_t now_sec, uint64_t boot_sec, bool back)
{
        cr_expect_eq(log_position_note_clock(&p, now_sec * SEC, boot_sec * SEC), back);
}

static void receive(const char *line, uint64_t sec)
{
        log_position_received(&p, strlen(line), sec * SEC);
        offer(STREAM_STDOUT, line, sec * SEC);
        log_position_calm(&p);
}

Test(log_position, clock_that_goes_on)
{
        note_clock(100, 7, false);
        receive("one", 110);
        note_clock(200, 107, false);
        note_clock(300, 207, false);
        cr_expect_not(log_position_is_disordered(&p));
        cr_expect_eq(log_position_since(&p), 105 * SEC);
}

Test(log_position, clock_is_set_back_until_it_has_caught_up)
{
        note_clock(100, 7, false);
        receive("one", 110);
        note_clock(60, 27, true); /* it was 120, and is 60 */
        note_clock(61, 28, false);
        cr_expect(log_position_is_disordered(&p));
        cr_expect_eq(log_position_since(&p), 45 * SEC);
        receive("two", 62);
        cr_expect_eq(log_position_since(&p), 45 * SEC);
        receive("three", 125);
        cr_expect(log_position_is_disordered(&p)); /* a line may have been in the engine for a while */
        receive("four", 126);
        cr_expect_not(log_position_is_disordered(&p));
        cr_expect_eq(log_position_since(&p), 121 * SEC);
}

Test(log_position, clock_is_set_back_twice)
{
        note_clock(100, 7, false);
        receive("one", 110);
        note_clock(60, 27, true);
        note_clock(41, 28, true); /* by 20 more */
        cr_expect_eq(log_position_since(&p), 25 * SEC);
        receive("two", 119);
        cr_expect(log_position_is_disordered(&p));
}

Test(log_position, clock_is_set_back_to_the_beginning_of_time)
{
        note_clock(100, 7, false);
        note_clock(1, 8, true);
        cr_expect_eq(log_position_since(&p), 0);
}

Test(log_position, clock_is_set_forth)
{
        note_clock(100, 7, false);
        receive("one", 110);
        note_clock(1000, 18, false);
        receive("two", 1001); /* it may have been stamped before */
        cr_expect(log_position_is_disordered(&p));
        cr_expect_eq(log_position_since(&p), 105 * SEC);
        receive("three", 1010);
        cr_expect_not(log_position_is_disordered(&p));
}

Test(log_position, clock_is_set_back_while_the_stored_log_is_followed)
{
        note_clock(100, 7, false);
        store((LogBound){ 110 * SEC, 1 }, (LogBound){ 100 * SEC, 0 });
        note_clock(60, 27, true);
        offer(STREAM_STDOUT, "two", 61 * SEC);
        cr_expect(log_position_is_disordered(&p));
        cr_expect_eq(log_position_since(&p), 40 * SEC);
        offer(STREAM_STDOUT, "three", 123 * SEC);
        cr_expect_not(log_position_is_disordered(&p));
        cr_expect_eq(log_position_since(&p), 121 * SEC);
}
