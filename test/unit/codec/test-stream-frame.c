/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's log multiplex. */

#include <criterion/criterion.h>
#include <string.h>

#include "codec/engine/stream-frame.h"
#include "util/cleanup.h"
#include "util/macro.h"

/* The output: the bytes of each chunk, appended to those of the same stream. */
typedef struct Output {
        char data[_STREAM_MAX][256];
        size_t size[_STREAM_MAX];
} Output;

/* Feeds all of data. Returns 0 or the error. */
static int feed(StreamFrame *f, const char *data, size_t size, Output *o)
{
        for (;;) {
                size_t consumed = SIZE_MAX;
                StreamChunk c = {};
                int r = stream_frame_feed(f, data, size, &consumed, &c);

                if (r < 0)
                        return r;
                cr_assert_leq(consumed, size);
                if (r == 0) {
                        cr_assert_eq(consumed, size);
                        return 0;
                }
                cr_assert_gt(c.size, 0);
                cr_assert(c.data >= data && c.data + c.size == data + consumed);
                cr_assert_leq(o->size[c.stream] + c.size, sizeof(o->data[0]));
                memcpy(o->data[c.stream] + o->size[c.stream], c.data, c.size);
                o->size[c.stream] += c.size;
                data += consumed;
                size -= consumed;
        }
}

static void check(const Output *o, int stream, const char *expected)
{
        cr_assert_eq(o->size[stream], strlen(expected));
        cr_assert_arr_eq(o->data[stream], expected, strlen(expected));
}

/* "hello" on 1, nothing on 2, "world\n" on 2, "x" on 3, "!" on 1 */
static const char frames[] = "\1\0\0\0\0\0\0\5hello"
                             "\2\0\0\0\0\0\0\0"
                             "\2\0\0\0\0\0\0\6world\n"
                             "\3\0\0\0\0\0\0\1x"
                             "\1\0\0\0\0\0\0\1!";
#define FRAMES_SIZE (sizeof(frames) - 1)

static void check_frames(const Output *o)
{
        check(o, STREAM_STDIN, "");
        check(o, STREAM_STDOUT, "hello!");
        check(o, STREAM_STDERR, "world\n");
        check(o, STREAM_SYSTEMERR, "x");
}

Test(stream_frame, whole)
{
        StreamFrame f = STREAM_FRAME_NULL;
        Output o = {};

        cr_assert(stream_frame_is_complete(&f));
        cr_assert_eq(feed(&f, frames, FRAMES_SIZE, &o), 0);
        cr_assert(stream_frame_is_complete(&f));
        check_frames(&o);
}

Test(stream_frame, byte_by_byte)
{
        StreamFrame f = STREAM_FRAME_NULL;
        Output o = {};

        for (size_t i = 0; i < FRAMES_SIZE; i++)
                cr_assert_eq(feed(&f, frames + i, 1, &o), 0);
        check_frames(&o);
}

Test(stream_frame, split_at_every_pair_of_offsets)
{
        for (size_t i = 0; i <= FRAMES_SIZE; i++)
                for (size_t j = i; j <= FRAMES_SIZE; j++) {
                        StreamFrame f = STREAM_FRAME_NULL;
                        Output o = {};

                        cr_assert_eq(feed(&f, frames, i, &o), 0);
                        cr_assert_eq(feed(&f, frames + i, j - i, &o), 0);
                        cr_assert_eq(feed(&f, frames + j, FRAMES_SIZE - j, &o), 0);
                        check_frames(&o);
                }
}

Test(stream_frame, incomplete_at_every_offset)
{
        static const char one[] = "\1\0\0\0\0\0\0\5hello";

        for (size_t i = 1; i < sizeof(one) - 1; i++) {
                StreamFrame f = STREAM_FRAME_NULL;
                Output o = {};

                cr_assert_eq(feed(&f, one, i, &o), 0);
                cr_assert(!stream_frame_is_complete(&f), "%zu", i);
        }
}

Test(stream_frame, chunk_is_not_copied)
{
        StreamFrame f = STREAM_FRAME_NULL;
        StreamChunk c;
        size_t consumed;

        cr_assert_eq(stream_frame_feed(&f, frames, FRAMES_SIZE, &consumed, &c), 1);
        cr_assert_eq(c.data, frames + 8);
        cr_assert_eq(c.size, 5);
        cr_assert_eq(c.stream, STREAM_STDOUT);
        cr_assert_eq(consumed, 13);
}

Test(stream_frame, what_a_consumer_gives_back_comes_again)
{
        StreamFrame f = STREAM_FRAME_NULL;
        StreamChunk c;
        size_t consumed;
        Output o = {};

        cr_assert_eq(stream_frame_feed(&f, frames, FRAMES_SIZE, &consumed, &c), 1);
        stream_frame_unfeed(&f, 2);
        cr_assert(!stream_frame_is_complete(&f));
        memcpy(o.data[STREAM_STDOUT], c.data, 3);
        o.size[STREAM_STDOUT] = 3;
        cr_assert_eq(feed(&f, frames + consumed - 2, FRAMES_SIZE - consumed + 2, &o), 0);
        check_frames(&o);
}

Test(stream_frame, largest_length)
{
        StreamFrame f = STREAM_FRAME_NULL;
        Output o = {};

        cr_assert_eq(feed(&f,
                          "\2\0\0\0\xff\xff\xff\xff"
                          "ab",
                          10, &o),
                     0);
        check(&o, STREAM_STDERR, "ab");
        cr_assert_eq(f.left, UINT32_MAX - 2);
}

Test(stream_frame, not_such_a_stream)
{
        static const char *const bad[] = { "\4\0\0\0\0\0\0\1x", "\1\1\0\0\0\0\0\1x", "\1\0\1\0\0\0\0\1x",
                                           "\1\0\0\1\0\0\0\1x", "{\"message\"",      "Hello from a TTY" };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                StreamFrame f = STREAM_FRAME_NULL;
                StreamChunk c = { .size = 42 };
                size_t consumed = 42;

                cr_assert_eq(stream_frame_feed(&f, bad[i], 9, &consumed, &c), -EBADMSG, "%zu", i);
                cr_assert_eq(consumed, 42);
                cr_assert_eq(c.size, 42);
                /* and it stays so */
                cr_assert_eq(stream_frame_feed(&f, frames, FRAMES_SIZE, &consumed, &c), -EBADMSG);
                cr_assert_eq(stream_frame_feed(&f, NULL, 0, &consumed, &c), -EBADMSG);
                cr_assert(!stream_frame_is_complete(&f));
        }
}

Test(stream_frame, what_comes_before_a_bad_header_is_delivered)
{
        StreamFrame f = STREAM_FRAME_NULL;
        Output o = {};

        cr_assert_eq(feed(&f, "\1\0\0\0\0\0\0\2ok\7", 11, &o), -EBADMSG);
        check(&o, STREAM_STDOUT, "ok");
}

Test(stream_frame, names)
{
        cr_assert_str_eq(stream_to_string(STREAM_STDOUT), "stdout");
        cr_assert_str_eq(stream_to_string(STREAM_SYSTEMERR), "systemerr");
        cr_assert_null(stream_to_string(_STREAM_MAX));
        cr_assert_null(stream_to_string(-1));
}
