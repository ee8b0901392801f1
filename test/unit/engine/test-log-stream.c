/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A container's output as lines. */

#include <stdlib.h>
#include <string.h>

#include "engine/curl-glue.h"
#include "engine/log-stream.h"
#include "fake-engine.h"
#include "loop.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static sd_event *event;
static FakeEngine *fake;
static Engine *engine;
static LogStream *log_stream;

/* The received lines as text: "1:line\n" for a complete one, "1:line|" for a cut one, "1:line$" for a line
 * that the end of the stream completed. */
typedef struct Seen {
        unsigned opened, ended;
        int r;
        char *text;
        size_t size, allocated;
        size_t lines;
        unsigned seed; /* != 0: refuses at random */
        size_t refuse; /* so many lines are refused, then none */
        bool held;
        bool free_in_eof;
        bool brief; /* only count */
} Seen;

static Seen seen;

static void on_open(void *userdata)
{
        cr_assert_eq(seen.lines, 0);
        seen.opened++;
}

static void append(const char *data, size_t size)
{
        if (seen.size + size + 1 > seen.allocated) {
                seen.allocated = MAX(seen.allocated * 2, seen.size + size + 1);
                seen.text = realloc(seen.text, seen.allocated);
        }
        memcpy(seen.text + seen.size, data, size);
        seen.size += size;
        seen.text[seen.size] = 0;
}

static int on_line(int stream, const Line *line, uint64_t stamp_nsec, void *userdata)
{
        static const char ends[] = {
                [LINE_NEWLINE] = '\n', [LINE_MAX_SIZE] = '|', [LINE_EOF] = '$', [LINE_RAW] = '!'
        };
        char prefix[3] = { (char) ('0' + stream), ':', 0 };

        cr_assert_eq(seen.ended, 0);
        cr_assert_eq(seen.opened, 1);
        cr_assert_not(seen.held, "a line while one is held back");
        if (seen.refuse > 0 || (seen.seed && rand_r(&seen.seed) % 4 == 0)) {
                seen.refuse -= seen.refuse > 0;
                seen.held = true;
                return 0;
        }
        append(prefix, 2);
        append(line->data, line->size);
        append(&ends[line->why], 1);
        seen.lines++;
        return 1;
}

static void on_eof(int r, const char *message, void *userdata)
{
        seen.ended++;
        seen.r = r;
        if (seen.free_in_eof)
                log_stream = log_stream_free(log_stream);
}

static const LogStreamOps ops = { .on_open = on_open, .on_line = on_line, .on_eof = on_eof };

static void setup(void)
{
        cr_assert_eq(curl_glue_global_init(false), 0);
        event = loop_new();
        fake = fake_engine_new(event);
        engine = fake_engine_client(fake);
}

static void teardown(void)
{
        log_stream = log_stream_free(log_stream);
        engine = engine_free(engine);
        fake = fake_engine_free(fake);
        event = sd_event_unref(event);
        free(seen.text);
}

TestSuite(log_stream, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static FakeReply *expect(void)
{
        FakeReply *r =
                fake_engine_expect(fake, "POST", "/containers/" ID "/attach?stream=1&stdout=1&stderr=1");

        fake_reply_open(r);
        return r;
}

static void start(bool tty)
{
        cr_assert_eq(
                log_stream_new(&log_stream, event, engine, &(LogStreamTarget){ ID, tty, 0 }, &ops, &seen),
                0);
        cr_assert_eq(seen.opened + seen.ended, 0);
}

static void resume(void)
{
        seen.held = false;
        log_stream_resume(log_stream);
}

static void run_to_end(void)
{
        while (!seen.ended) {
                if (seen.held)
                        resume();
                else
                        cr_assert_geq(sd_event_run(event, UINT64_MAX), 0);
        }
}

/* Frames to send, built in memory. */
typedef struct Bytes {
        char *data;
        size_t size, allocated;
} Bytes;

static void bytes_add(Bytes *b, const void *data, size_t size)
{
        if (b->size + size + 1 > b->allocated) {
                b->allocated = MAX(b->allocated * 2, b->size + size + 1);
                b->data = realloc(b->data, b->allocated);
        }
        memcpy(b->data + b->size, data, size);
        b->size += size;
}

static void frame(Bytes *b, int stream, const char *data, size_t size)
{
        char header[STREAM_FRAME_HEADER_SIZE];

        fake_frame_header(header, stream, size);
        bytes_add(b, header, sizeof(header));
        bytes_add(b, data, size);
}

static void frame_text(Bytes *b, int stream, const char *text)
{
        frame(b, stream, text, strlen(text));
}

static void some_frames(Bytes *b)
{
        frame_text(b, 1, "one\n");
        frame_text(b, 2, "err");
        frame_text(b, 1, "two\nthr");
        frame_text(b, 2, "or\n\n");
        frame_text(b, 1, "");
        frame_text(b, 1, "ee\n");
        frame_text(b, 1, "last");
}

static const char some_lines[] = "1:one\n1:two\n2:error\n2:\n1:three\n1:last$";

Test(log_stream, one_of_the_streams)
{
        static const struct {
                unsigned flags;
                const char *query;
        } cases[] = {
                { LOG_STREAM_NO_STDERR, "?stream=1&stdout=1 " },
                { LOG_STREAM_NO_STDOUT | LOG_STREAM_TTY, "?stream=1&stderr=1 " },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                FakeReply *r = fake_engine_expect(fake, "POST", "/containers/" ID "/attach?stream=1");

                fake_reply_open(r);
                cr_assert_eq(log_stream_new(&log_stream, event, engine,
                                            &(LogStreamTarget){ ID, cases[i].flags, 0 }, &ops, &seen),
                             0);
                loop_until(event, fake_reply_request(r));
                cr_assert(strstr(fake_reply_request(r), cases[i].query));
                log_stream = log_stream_free(log_stream);
        }
}

Test(log_stream, lines_of_both_streams)
{
        FakeReply *r = expect();
        Bytes b = {};

        some_frames(&b);
        fake_reply_send(r, b.data, b.size);
        fake_reply_close(r);
        start(false);
        loop_until(event, seen.ended);
        cr_assert_str_eq(seen.text, some_lines);
        cr_assert_eq(seen.r, 0);
        cr_assert_eq(seen.opened, 1);
        loop_settle(event);
        cr_assert_eq(seen.ended, 1);
        free(b.data);
}

Test(log_stream, opened_before_there_is_output)
{
        FakeReply *r = expect();

        fake_reply_wait(r);
        start(false);
        loop_until(event, seen.opened);
        loop_settle(event);
        cr_assert_eq(seen.lines + seen.ended, 0);
}

Test(log_stream, frames_split_everywhere)
{
        Bytes b = {};

        some_frames(&b);
        for (size_t i = 1; i < b.size; i++) {
                FakeReply *r = expect();

                free(seen.text);
                seen = (Seen){ .seed = (unsigned) i };
                fake_reply_send(r, b.data, i);
                fake_reply_send(r, b.data + i, b.size - i);
                fake_reply_close(r);
                start(false);
                run_to_end();
                cr_assert_str_eq(seen.text, some_lines, "%zu", i);
                log_stream = log_stream_free(log_stream);
        }
        free(b.data);
}

Test(log_stream, frames_byte_by_byte)
{
        FakeReply *r = expect();
        Bytes b = {};

        some_frames(&b);
        fake_reply_send_pieces(r, b.data, b.size, 1);
        fake_reply_close(r);
        start(false);
        run_to_end();
        cr_assert_str_eq(seen.text, some_lines);
        free(b.data);
}

/* Much output in frames and pieces of random sizes, refused at random, is compared with the input. */
static void check_much(bool tty, size_t piece, unsigned seed)
{
        FakeReply *r = expect();
        Bytes in = {}, out = {};
        char line[8000];

        free(seen.text);
        seen = (Seen){ .seed = seed };
        for (unsigned i = 0; i < 4000; i++) {
                size_t n = (size_t) snprintf(line, sizeof(line) - 1, "%u ", i),
                       more = (size_t) rand_r(&seed) % 60;
                int stream = tty ? 1 : 1 + rand_r(&seed) % 2;

                if (i % 100 == 0)
                        more = 5000;
                memset(line + n, 'a' + (int) i % 26, more);
                n += more;
                bytes_add(&out, stream == 1 ? "1:" : "2:", 2);
                bytes_add(&out, line, n);
                bytes_add(&out, "\n", 1);
                if (tty)
                        line[n++] = '\r';
                line[n++] = '\n';
                if (tty)
                        bytes_add(&in, line, n);
                else
                        frame(&in, stream, line, n);
        }
        fake_reply_send_pieces(r, in.data, in.size, piece);
        fake_reply_close(r);
        start(tty);
        run_to_end();
        cr_assert_eq(seen.size, out.size);
        cr_assert_eq(memcmp(seen.text, out.data, out.size), 0);
        log_stream = log_stream_free(log_stream);
        free(in.data);
        free(out.data);
}

Test(log_stream, much_refused_at_random)
{
        check_much(false, 300, 1);
        check_much(false, 70000, 2);
        check_much(false, 5000, 3);
}

Test(log_stream, much_of_a_terminal_refused_at_random)
{
        check_much(true, 300, 4);
        check_much(true, 70000, 5);
}

Test(log_stream, terminal)
{
        FakeReply *r = expect();

        fake_reply_send_text(r, "one\r\ntwo\n\r\nthr\ree\r\n");
        fake_reply_send_text(r, "split\r");
        fake_reply_send_text(r, "\nlast\r");
        fake_reply_close(r);
        start(true);
        loop_until(event, seen.ended);
        cr_assert_str_eq(seen.text, "1:one\n1:two\n1:\n1:thr\ree\n1:split\n1:last$");
}

Test(log_stream, raw_bytes_come_at_once)
{
        FakeReply *r = expect();
        Bytes b = {};

        frame_text(&b, 1, "one\r\ntw");
        frame_text(&b, 2, "line\nla");
        frame_text(&b, 1, "o\n\nend");
        fake_reply_send(r, b.data, b.size);
        fake_reply_close(r);
        seen.refuse = 1;
        cr_assert_eq(log_stream_new(&log_stream, event, engine,
                                    &(LogStreamTarget){ ID, LOG_STREAM_RAW_STDOUT, 0 }, &ops, NULL),
                     0);
        loop_until(event, seen.held);
        seen.held = false;
        log_stream_resume(log_stream);
        loop_until(event, seen.ended);
        cr_assert_str_eq(seen.text, "1:one\r\ntw!2:line\n1:o\n\nend!2:la$");
        free(b.data);
}

/* Without a terminal, a CR is a part of the line. */
Test(log_stream, carriage_return_without_terminal)
{
        FakeReply *r = expect();
        Bytes b = {};

        frame_text(&b, 1, "one\r\n");
        fake_reply_send(r, b.data, b.size);
        fake_reply_close(r);
        start(false);
        loop_until(event, seen.ended);
        cr_assert_str_eq(seen.text, "1:one\r\n");
        free(b.data);
}

Test(log_stream, any_byte)
{
        FakeReply *r = expect();
        char all[256];
        Bytes b = {};

        for (size_t i = 0; i < sizeof(all); i++)
                all[i] = (char) (i == '\n' ? 'n' : i);
        frame(&b, 2, all, sizeof(all));
        frame_text(&b, 2, "\n");
        fake_reply_send(r, b.data, b.size);
        fake_reply_close(r);
        start(false);
        loop_until(event, seen.ended);
        cr_assert_eq(seen.size, 2 + sizeof(all) + 1);
        cr_assert_eq(memcmp(seen.text + 2, all, sizeof(all)), 0);
        free(b.data);
}

Test(log_stream, both_streams_end_without_newline)
{
        FakeReply *r = expect();
        Bytes b = {};

        frame_text(&b, 2, "err");
        frame_text(&b, 1, "out");
        fake_reply_send(r, b.data, b.size);
        fake_reply_close(r);
        seen.seed = 3;
        start(false);
        run_to_end();
        cr_assert_str_eq(seen.text, "1:out$2:err$");
        free(b.data);
}

Test(log_stream, no_output_at_all)
{
        FakeReply *r = expect();

        fake_reply_close(r);
        start(false);
        loop_until(event, seen.ended);
        cr_assert_eq(seen.opened, 1);
        cr_assert_eq(seen.lines, 0);
        cr_assert_eq(seen.r, 0);
}

/* The refused line comes again, and the end waits for it. Resuming without need changes nothing. */
Test(log_stream, end_waits_for_the_held_line)
{
        FakeReply *r = expect();
        Bytes b = {};

        frame_text(&b, 1, "one\ntwo");
        fake_reply_send(r, b.data, b.size);
        fake_reply_close(r);
        seen.refuse = 2;
        start(false);
        loop_until(event, seen.held && fake_reply_is_done(r));
        loop_settle(event);
        cr_assert_eq(seen.ended, 0);
        resume(); /* refused once more */
        cr_assert(seen.held);
        loop_settle(event);
        cr_assert_eq(seen.lines, 0);
        seen.refuse = 0;
        resume();
        loop_until(event, seen.ended);
        cr_assert_str_eq(seen.text, "1:one\n1:two$");
        log_stream_resume(log_stream);
        loop_settle(event);
        cr_assert_eq(seen.ended, 1);
        free(b.data);
}

/* The refused line is one that only the end of the stream completed. */
Test(log_stream, last_line_without_newline_is_held)
{
        FakeReply *r = expect();
        Bytes b = {};

        frame_text(&b, 1, "out");
        frame_text(&b, 2, "err");
        fake_reply_send(r, b.data, b.size);
        fake_reply_close(r);
        seen.refuse = 1;
        start(false);
        loop_until(event, seen.held);
        loop_settle(event);
        cr_assert_eq(seen.ended, 0);
        seen.refuse = 1;
        resume(); /* again */
        cr_assert(seen.held);
        resume();
        cr_assert_eq(seen.ended, 1, "nothing is left to wait for");
        cr_assert_str_eq(seen.text, "1:out$2:err$");
        free(b.data);
}

Test(log_stream, held_stream_holds_the_engine)
{
        FakeReply *r = expect();
        char text[1024];
        Bytes b = {};

        memset(text, 'x', sizeof(text));
        text[sizeof(text) - 1] = '\n';
        for (unsigned i = 0; i < 8192; i++)
                frame(&b, 1, text, sizeof(text));
        fake_reply_send(r, b.data, b.size);
        fake_reply_close(r);
        seen.refuse = 1;
        start(false);
        loop_until(event, seen.held);
        loop_settle(event);
        cr_assert_lt(fake_reply_sent(r), b.size / 2, "%zu", fake_reply_sent(r));
        run_to_end();
        cr_assert_eq(seen.lines, 8192);
        free(b.data);
}

/* A line above the limit is cut and marked. */
Test(log_stream, over_long_line)
{
        size_t max = 16 * 1024 * 1024, n = max + 1000;
        FakeReply *r = expect();
        char *line = malloc(n);
        Bytes b = {};

        memset(line, 'x', n);
        frame(&b, 1, line, n);
        frame_text(&b, 1, "\nnext\n");
        fake_reply_send(r, b.data, b.size);
        fake_reply_close(r);
        start(false);
        loop_until(event, seen.ended);
        cr_assert_eq(seen.lines, 3);
        cr_assert_eq(seen.text[2 + max], '|');
        cr_assert_str_eq(seen.text + 2 + max + 1 + 2 + 1000, "\n1:next\n");
        free(line);
        free(b.data);
}

/* Frames of stdin and the engine's own errors are not output. */
Test(log_stream, other_frames)
{
        FakeReply *r = expect();
        Bytes b = {};

        frame_text(&b, 0, "stdin\n");
        frame_text(&b, 1, "o");
        frame_text(&b, 3, "engine: oops\n");
        frame_text(&b, 1, "ut\n");
        fake_reply_send(r, b.data, b.size);
        fake_reply_close(r);
        start(false);
        loop_until(event, seen.ended);
        cr_assert_str_eq(seen.text, "1:out\n");
        cr_assert_eq(seen.r, 0);
        free(b.data);
}

Test(log_stream, malformed_frames)
{
        FakeReply *r = expect();
        Bytes b = {};

        frame_text(&b, 1, "good\nhalf");
        bytes_add(&b, "This is not a frame at all.\n", 28);
        frame_text(&b, 1, "lost\n");
        fake_reply_send(r, b.data, b.size);
        fake_reply_wait(r);
        fake_reply_send(r, b.data, b.size);
        fake_reply_close(r);
        start(false);
        loop_until(event, seen.lines == 1);
        fake_reply_go(r);
        loop_until(event, seen.ended);
        cr_assert_eq(seen.r, -EBADMSG);
        cr_assert_str_eq(seen.text, "1:good\n1:half$");
        free(b.data);
}

/* The stream ends within a header or a payload: the received part is delivered. */
Test(log_stream, ends_in_a_frame)
{
        Bytes b = {};

        frame_text(&b, 1, "one\ntwo\n");
        for (size_t i = 1; i < b.size; i++) {
                FakeReply *r = expect();

                free(seen.text);
                seen = (Seen){};
                fake_reply_send(r, b.data, i);
                fake_reply_close(r);
                start(false);
                loop_until(event, seen.ended);
                cr_assert_eq(seen.opened, 1);
                cr_assert_eq(seen.lines, i <= 8 ? 0 : i <= 12 ? 1 : 2, "%zu", i);
                log_stream = log_stream_free(log_stream);
        }
        free(b.data);
}

Test(log_stream, engine_dies)
{
        FakeReply *r = fake_engine_expect(fake, "POST", "/containers/");
        Bytes b = {};

        frame_text(&b, 1, "one\ntw");
        fake_reply_open_chunked(r);
        fake_reply_chunk(r, b.data, b.size);
        fake_reply_close(r);
        start(false);
        loop_until(event, seen.ended);
        cr_assert_eq(seen.r, -ECONNRESET);
        cr_assert_str_eq(seen.text, "1:one\n1:tw$");
        free(b.data);
}

Test(log_stream, no_such_container)
{
        FakeReply *r = fake_engine_expect(fake, "POST", "/containers/");

        fake_reply_json(r, 404, "{\"message\":\"No such container\"}");
        start(false);
        loop_until(event, seen.ended);
        cr_assert_eq(seen.opened, 0);
        cr_assert_eq(seen.r, -ENOENT);
}

Test(log_stream, free_in_on_eof)
{
        FakeReply *r = expect();

        seen.free_in_eof = true;
        fake_reply_close(r);
        start(false);
        loop_until(event, seen.ended);
        cr_assert_null(log_stream);
        loop_settle(event);
}

Test(log_stream, free_in_on_eof_from_resume)
{
        FakeReply *r = expect();

        seen.free_in_eof = true;
        seen.refuse = 1;
        fake_reply_send_text(r, "one");
        fake_reply_close(r);
        start(true);
        loop_until(event, seen.held);
        resume();
        cr_assert_null(log_stream);
        loop_settle(event);
}

Test(log_stream, free_while_held)
{
        FakeReply *r = expect();

        seen.refuse = 1;
        fake_reply_send_text(r, "one\ntwo\n");
        start(true);
        loop_until(event, seen.held);
        log_stream = log_stream_free(log_stream);
        loop_until(event, fake_reply_is_hung_up(r));
        cr_assert_null(log_stream_free(NULL));
}
