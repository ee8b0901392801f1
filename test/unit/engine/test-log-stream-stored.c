/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A container's stored log as lines, each one with its time stamp. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/log-stamp.h"
#include "engine/curl-glue.h"
#include "engine/log-stream.h"
#include "fake-engine.h"
#include "loop.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
/* Seconds 1 to 9 of the epoch. */
#define AT(n) "1970-01-01T00:00:0" #n ".000000000Z "

static sd_event *event;
static FakeEngine *fake;
static Engine *engine;
static LogStream *log_stream;

/* The received lines as "1@seconds:line\n"; a line of more than 100 bytes is replaced by its size. */
static struct {
        char text[4096];
        size_t size;
        unsigned ended, calm;
        unsigned refuse; /* after so many lines; 0: never */
        bool refused;
        int r;
} seen;

static void on_open(void *userdata)
{
}

static int on_line(int stream, const Line *line, uint64_t stamp, void *userdata)
{
        static unsigned n;

        if (seen.refuse > 0 && n++ % seen.refuse == 0) {
                seen.refused = true;
                return 0;
        }
        seen.size += (size_t) snprintf(seen.text + seen.size, sizeof(seen.text) - seen.size,
                                       "%i@%" PRIu64 ":", stream, stamp / NSEC_PER_SEC);
        if (line->size > 100)
                seen.size += (size_t) snprintf(seen.text + seen.size, sizeof(seen.text) - seen.size,
                                               "%zu%c\n", line->size, line->data[line->size - 1]);
        else
                seen.size += (size_t) snprintf(seen.text + seen.size, sizeof(seen.text) - seen.size,
                                               "%.*s%s", (int) line->size, line->data,
                                               line->why == LINE_EOF   ? "$"
                                               : line->why == LINE_RAW ? "|"
                                                                       : "\n");
        return 1;
}

static void on_calm(void *userdata)
{
        seen.calm++;
}

static void on_eof(int r, const char *message, void *userdata)
{
        seen.ended++;
        seen.r = r;
}

static const LogStreamOps ops = { on_open, on_line, on_calm, on_eof };

static void setup(void)
{
        memset(&seen, 0, sizeof(seen));
        cr_assert_eq(curl_glue_global_init(false), 0);
        cr_assert_geq(sd_event_new(&event), 0);
        fake = fake_engine_new(event);
        engine = fake_engine_client(fake);
}

static void teardown(void)
{
        log_stream_free(log_stream);
        engine_free(engine);
        fake_engine_free(fake);
        sd_event_unref(event);
}

TestSuite(log_stream_stored, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static FakeReply *expect(const char *query)
{
        char path[256];
        FakeReply *r;

        (void) snprintf(path, sizeof(path), "/containers/" ID "/logs?timestamps=1&stdout=1&stderr=1%s",
                        query);
        r = fake_engine_expect(fake, "GET", path);
        fake_reply_open_chunked(r);
        return r;
}

static void start(unsigned flags, uint64_t since)
{
        cr_assert_eq(log_stream_new(&log_stream, event, engine,
                                    &(LogStreamTarget){ ID, flags | LOG_STREAM_STORED, since }, &ops, NULL),
                     0);
}

static void run_to_end(void)
{
        while (!seen.ended) {
                cr_assert_geq(sd_event_run(event, UINT64_MAX), 0);
                if (seen.refused) {
                        seen.refused = false;
                        log_stream_resume(log_stream);
                }
        }
}

/* A frame, in pieces of so many bytes. */
static void frame(FakeReply *r, int stream, const char *data, size_t size, size_t piece)
{
        char *bytes = malloc(STREAM_FRAME_HEADER_SIZE + size);

        fake_frame_header(bytes, stream, size);
        memcpy(bytes + STREAM_FRAME_HEADER_SIZE, data, size);
        size += STREAM_FRAME_HEADER_SIZE;
        for (size_t i = 0; i < size; i += piece)
                fake_reply_chunk(r, bytes + i, MIN(piece, size - i));
        free(bytes);
}

static void frame_text(FakeReply *r, int stream, const char *text, size_t piece)
{
        frame(r, stream, text, strlen(text), piece);
}

static void end(FakeReply *r)
{
        fake_reply_send_text(r, "0\r\n\r\n");
        fake_reply_close(r);
}

static void check_lines(size_t piece, unsigned refuse)
{
        FakeReply *r = expect("&follow=1&since=1.000000002");

        seen.refuse = refuse;
        frame_text(r, 1, AT(1) "one\n", piece);
        frame_text(r, 1, AT(2) "be", piece);
        frame_text(r, 2, AT(3) "error\n", piece);
        frame_text(r, 1, AT(2) "gin\n", piece);
        frame_text(r, 1, AT(4) "\n", piece);
        frame_text(r, 1, AT(5) AT(6) "not ours\n", piece);
        frame_text(r, 1, AT(7) "last", piece);
        end(r);
        start(LOG_STREAM_FOLLOW, NSEC_PER_SEC + 2);
        run_to_end();
        cr_expect_eq(seen.r, 0);
        cr_expect_str_eq(seen.text, "1@1:one\n2@3:error\n1@2:begin\n1@4:\n1@5:" AT(6) "not ours\n1@7:last$");
}

Test(log_stream_stored, lines)
{
        check_lines(SIZE_MAX / 2, 0);
}

Test(log_stream_stored, byte_by_byte)
{
        check_lines(1, 0);
}

Test(log_stream_stored, refused)
{
        check_lines(7, 2);
}

Test(log_stream_stored, without_follow)
{
        FakeReply *r = expect("&follow=0&since=0.000000000");

        end(r);
        start(0, 0);
        run_to_end();
        cr_expect_eq(seen.r, 0);
        cr_expect_eq(seen.size, 0);
}

Test(log_stream_stored, no_stamp)
{
        FakeReply *r = expect("&follow=0");

        frame_text(r, 1, AT(1) "one\n", SIZE_MAX / 2);
        frame_text(r, 1, "no stamp at all, and long enough to be none for ever\n", SIZE_MAX / 2);
        end(r);
        start(0, 0);
        run_to_end();
        cr_expect_eq(seen.r, -EBADMSG);
        cr_expect_str_eq(seen.text, "1@1:one\n");
}

Test(log_stream_stored, terminal)
{
        static char big[LOG_MESSAGE_MAX];
        FakeReply *r = expect("&follow=1");

        memset(big, 'x', sizeof(big));
        fake_reply_chunk(r, AT(1) "one\r\n", strlen(AT(1) "one\r\n"));
        for (int i = 0; i < 3; i++) {
                fake_reply_chunk(r, AT(2), strlen(AT(2)));
                fake_reply_chunk(r, big, sizeof(big));
        }
        fake_reply_chunk(r, AT(2) "y\r\n", strlen(AT(2) "y\r\n"));
        fake_reply_chunk(r, AT(3) "last", strlen(AT(3) "last"));
        end(r);
        start(LOG_STREAM_TTY | LOG_STREAM_FOLLOW, 0);
        run_to_end();
        cr_expect_str_eq(seen.text, "1@1:one\n1@2:49153y\n1@3:last$");
}

/* Each piece as it came, and each with the stamp of its line. */
static void check_raw(size_t piece, unsigned refuse, const char *expected)
{
        FakeReply *r = expect("&follow=1");

        seen.refuse = refuse;
        frame_text(r, 1, AT(1) "one\r\n", piece);
        frame_text(r, 1, AT(2) "be", piece);
        frame_text(r, 1, AT(3) "gin\n", piece);
        frame_text(r, 2, AT(4) "line\n", piece);
        frame_text(r, 1, AT(5) "end", piece);
        end(r);
        start(LOG_STREAM_FOLLOW | LOG_STREAM_RAW_STDOUT, 0);
        run_to_end();
        cr_expect_eq(seen.r, 0);
        cr_expect_str_eq(seen.text, expected);
}

Test(log_stream_stored, raw)
{
        check_raw(SIZE_MAX / 2, 0, "1@1:one\r\n|1@2:be|1@2:gin\n|2@4:line\n1@5:end|");
}

Test(log_stream_stored, raw_and_refused)
{
        check_raw(SIZE_MAX / 2, 3, "1@1:one\r\n|1@2:be|1@2:gin\n|2@4:line\n1@5:end|");
}

Test(log_stream_stored, raw_terminal)
{
        FakeReply *r = expect("&follow=1");

        fake_reply_chunk(r, AT(1) "one\r\n", strlen(AT(1) "one\r\n"));
        fake_reply_chunk(r, AT(2) "end", strlen(AT(2) "end"));
        end(r);
        start(LOG_STREAM_TTY | LOG_STREAM_FOLLOW | LOG_STREAM_RAW_STDOUT, 0);
        run_to_end();
        cr_expect_str_eq(seen.text, "1@1:one\r\n|1@2:end|");
}

Test(log_stream_stored, driver_that_cannot_be_read)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/containers/" ID "/logs?");

        fake_reply_json(r, 501, "{\"message\":\"configured logging driver does not support reading\"}");
        start(LOG_STREAM_FOLLOW, 0);
        run_to_end();
        cr_expect_lt(seen.r, 0);
        cr_expect_eq(log_stream_status(log_stream), 501);
}

/* A line that was begun must be read again from its beginning. */
Test(log_stream_stored, pending_and_calm)
{
        FakeReply *r = expect("&follow=1");

        frame_text(r, 2, AT(4) "begin", SIZE_MAX / 2);
        fake_reply_wait(r);
        frame_text(r, 2, AT(4) "end\n", SIZE_MAX / 2);
        fake_reply_wait(r);
        start(LOG_STREAM_FOLLOW, 0);
        loop_until(event, seen.calm > 0);
        cr_expect_eq(log_stream_pending_stamp(log_stream, 1), 0);
        cr_expect_eq(log_stream_pending_stamp(log_stream, 2), 4 * NSEC_PER_SEC);
        seen.calm = 0;
        fake_reply_go(r);
        loop_until(event, seen.calm > 0);
        cr_expect_eq(log_stream_pending_stamp(log_stream, 2), 0);
        cr_expect_str_eq(seen.text, "2@4:beginend\n");
}
