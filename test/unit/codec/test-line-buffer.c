/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Lines from pieces. */

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "codec/journal/line-buffer.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"

/* Every line as "DATA<reason>", reasons '$' newline, '+' cut, '.' end. */
typedef struct Output {
        char data[4096];
        size_t size;
} Output;

static void put_line(Output *o, const Line *l)
{
        static const char reason[_LINE_BREAK_MAX] = {
                [LINE_NEWLINE] = '$', [LINE_MAX_SIZE] = '+', [LINE_EOF] = '.'
        };

        cr_assert_lt(o->size + l->size + 1, sizeof(o->data));
        if (l->size > 0)
                memcpy(o->data + o->size, l->data, l->size);
        o->size += l->size;
        o->data[o->size++] = reason[l->why];
        o->data[o->size] = 0;
}

static void feed(LineBuffer *b, const char *data, size_t size, Output *o)
{
        for (;;) {
                /* Every call gets a copy of its own, so that the address sanitizer finds a stale pointer
                 * into it. */
                _cleanup_free_ char *copy = malloc(size + 1);
                size_t consumed = SIZE_MAX;
                Line l;
                int r;

                memcpy(copy, data, size);
                r = line_buffer_feed(b, copy, size, &consumed, &l);
                cr_assert_geq(r, 0);
                cr_assert_leq(consumed, size);
                if (r == 0) {
                        cr_assert_eq(consumed, size);
                        return;
                }
                put_line(o, &l);
                cr_assert_leq(l.size, b->max);
                data += consumed;
                size -= consumed;
        }
}

static void flush(LineBuffer *b, Output *o)
{
        Line l;

        while (line_buffer_flush(b, &l) > 0)
                put_line(o, &l);
}

/* The same lines must come out for every split of the input. */
static void check_splits(const char *in, size_t max, const char *expected)
{
        size_t size = strlen(in);

        for (size_t i = 0; i <= size; i++)
                for (size_t j = i; j <= size; j++) {
                        _cleanup_(line_buffer_done) LineBuffer b;
                        Output o = {};

                        line_buffer_init(&b, max);
                        feed(&b, in, i, &o);
                        feed(&b, in + i, j - i, &o);
                        feed(&b, in + j, size - j, &o);
                        flush(&b, &o);
                        cr_assert_str_eq(o.data, expected, "split at %zu, %zu: %s", i, j, o.data);
                        cr_assert_eq(line_buffer_pending(&b), 0);
                }
}

Test(line_buffer, split_at_every_pair_of_offsets)
{
        check_splits("", 8, "");
        check_splits("one\ntwo\n", 8, "one$two$");
        check_splits("one\ntwo", 8, "one$two.");
        check_splits("\n\n\na\n", 8, "$$$a$");
        check_splits("a\r\nb\r", 8, "a\r$b\r.");
}

Test(line_buffer, maximum_at_every_pair_of_offsets)
{
        check_splits("1234\n5\n", 4, "1234$5$");
        check_splits("12345\n6", 4, "1234+5$6.");
        check_splits("1234", 4, "1234.");
        check_splits("123456789abc\n", 4, "1234+5678+9abc$");
        check_splits("abc\n", 1, "a+b+c$");
        check_splits("a\n\n", 1, "a$$");
}

Test(line_buffer, cut_between_characters)
{
        check_splits("aaa€b\n", 4, "aaa+€b$");
        check_splits("aa€€\n", 4, "aa+€+€$");
        check_splits("😀😀", 6, "😀+😀.");
        check_splits("€€", 2, "\xe2\x82+\xac+\xe2\x82+\xac.");
        check_splits("\xff\xff\xff\xff\xff\xff", 4, "\xff\xff\xff\xff+\xff\xff.");
        check_splits("aaa\xe2zzz\n", 4, "aaa+\xe2zzz$");
}

Test(line_buffer, byte_by_byte)
{
        static const char in[] = "first\n\nthird line is longer than the maximum\nlast";
        LineBuffer b;
        Output o = {};

        line_buffer_init(&b, 16);
        for (size_t i = 0; i < sizeof(in) - 1; i++)
                feed(&b, in + i, 1, &o);
        flush(&b, &o);
        cr_assert_str_eq(o.data, "first$$third line is lo+nger than the ma+ximum$last.");
        line_buffer_done(&b);
}

Test(line_buffer, any_byte_but_newline_belongs_to_a_line)
{
        LineBuffer b;
        char all[256];
        size_t consumed;
        Line l;

        for (size_t i = 0; i < sizeof(all); i++)
                all[i] = (char) i;
        all['\n'] = 'x';
        all[255] = '\n';
        line_buffer_init(&b, 1024);
        cr_assert_eq(line_buffer_feed(&b, all, 100, &consumed, &l), 0);
        cr_assert_eq(line_buffer_pending(&b), 100);
        cr_assert_eq(line_buffer_feed(&b, all + 100, 156, &consumed, &l), 1);
        cr_assert_eq(consumed, 156);
        cr_assert_eq(l.size, 255);
        cr_assert_arr_eq(l.data, all, 255);
        line_buffer_done(&b);
}

Test(line_buffer, whole_line_is_not_copied)
{
        static const char in[] = "line\nrest";
        LineBuffer b;
        size_t consumed;
        Line l;

        line_buffer_init(&b, 64);
        cr_assert_eq(line_buffer_feed(&b, in, sizeof(in) - 1, &consumed, &l), 1);
        cr_assert_eq(l.data, in);
        cr_assert_eq(consumed, 5);
        cr_assert_null(b.data);
        line_buffer_done(&b);
}

Test(line_buffer, flushed_line_is_gone)
{
        LineBuffer b;
        size_t consumed;
        Line l;

        line_buffer_init(&b, 64);
        cr_assert_eq(line_buffer_flush(&b, &l), 0);
        cr_assert_eq(line_buffer_feed(&b, "abc", 3, &consumed, &l), 0);
        cr_assert_eq(line_buffer_flush(&b, &l), 1);
        cr_assert_eq(l.why, LINE_EOF);
        cr_assert_eq(l.size, 3);
        cr_assert_eq(line_buffer_flush(&b, &l), 0);
        cr_assert_eq(line_buffer_feed(&b, "d\n", 2, &consumed, &l), 1);
        cr_assert_eq(l.size, 1);
        line_buffer_done(&b);
}

/* 64 MiB in pieces of 4 KiB would take seconds if every piece had the cost of the whole line. */
Test(line_buffer, huge_line_in_linear_time_and_its_memory_back, .timeout = 10)
{
        static char piece[4096];
        LineBuffer b;
        size_t consumed;
        Line l;

        memset(piece, 'x', sizeof(piece));
        line_buffer_init(&b, (size_t) 1 << 30);
        for (size_t i = 0; i < 16384; i++)
                cr_assert_eq(line_buffer_feed(&b, piece, sizeof(piece), &consumed, &l), 0);
        cr_assert_eq(line_buffer_feed(&b, "\nnext", 5, &consumed, &l), 1);
        cr_assert_eq(l.size, (size_t) 64 << 20);
        cr_assert_eq(line_buffer_feed(&b, "next", 4, &consumed, &l), 0);
        cr_assert_lt(b.allocated, 65536);
        line_buffer_done(&b);
}

Test(line_buffer, carriage_return)
{
        Line l = { "ab\r", 3, LINE_NEWLINE };

        line_strip_cr(&l);
        cr_assert_eq(l.size, 2);
        line_strip_cr(&l);
        cr_assert_eq(l.size, 2);
        l = (Line){ "\r", 1, LINE_MAX_SIZE };
        line_strip_cr(&l);
        cr_assert_eq(l.size, 1);
        l = (Line){ NULL, 0, LINE_EOF };
        line_strip_cr(&l);
        cr_assert_eq(l.size, 0);
}

Test(line_buffer, reasons_have_names)
{
        for (int i = 0; i < _LINE_BREAK_MAX; i++)
                cr_assert_eq(line_break_from_string(line_break_to_string((LineBreak) i)), i);
        cr_assert_null(line_break_to_string(_LINE_BREAK_MAX));
        cr_assert_eq(line_break_from_string("other"), -EINVAL);
}
