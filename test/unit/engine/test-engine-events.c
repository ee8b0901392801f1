/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's event stream. */

#include <stdlib.h>
#include <string.h>

#include "engine/curl-glue.h"
#include "engine/engine-events.h"
#include "fake-engine.h"
#include "loop.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER_ID "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static sd_event *event;
static FakeEngine *fake;
static Engine *engine;
static EngineEvents *events;

typedef struct Seen {
        unsigned opened, lost, dropped;
        EngineEventKind kinds[64];
        uint64_t times[64];
        int exit_code;
        size_t n;
        int lost_r;
        char lost_message[128];
        bool free_in_lost, is_held;
        unsigned holds;
} Seen;

static Seen seen;

static void on_open(void *userdata)
{
        cr_assert_eq(userdata, &seen);
        seen.opened++;
}

static void on_event(const EngineEvent *e, void *userdata)
{
        cr_assert_str_eq(e->id, ID);
        cr_assert_lt(seen.n, ELEMENTSOF(seen.kinds));
        seen.times[seen.n] = e->time_nsec;
        seen.kinds[seen.n++] = e->kind;
        if (e->kind == ENGINE_EVENT_DIE)
                seen.exit_code = e->exit_code;
}

static void on_lost(int r, const char *message, void *userdata)
{
        cr_assert_lt(r, 0);
        cr_assert_not_null(message);
        seen.lost++;
        seen.lost_r = r;
        (void) snprintf(seen.lost_message, sizeof(seen.lost_message), "%s", message);
        if (seen.free_in_lost)
                events = engine_events_free(events);
}

static void on_dropped(void *userdata)
{
        seen.dropped++;
}

static bool hold(void *userdata)
{
        cr_assert_eq(userdata, &seen);
        seen.holds++;
        return seen.is_held;
}

static const EngineEventsOps ops = { on_open, on_event, on_lost, on_dropped, hold };

static void setup(void)
{
        cr_assert_eq(curl_glue_global_init(false), 0);
        event = loop_new();
        fake = fake_engine_new(event);
        engine = fake_engine_client(fake);
}

static void teardown(void)
{
        events = engine_events_free(events);
        engine = engine_free(engine);
        fake = fake_engine_free(fake);
        event = sd_event_unref(event);
}

TestSuite(engine_events, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static void start(void)
{
        cr_assert_eq(engine_events_new(&events, event, engine, ID, &ops, &seen), 0);
        cr_assert_eq(seen.opened + seen.lost, 0);
}

static FakeReply *expect_open(void)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/events?");

        fake_reply_open_chunked(r);
        return r;
}

static void send_line(FakeReply *r, const char *line)
{
        char *text;
        int n = asprintf(&text, "%s\n", line);

        fake_reply_chunk(r, text, (size_t) n);
        free(text);
}

static void send_event_of(FakeReply *r, const char *id, const char *action, uint64_t nsec,
                          const char *attributes)
{
        char *text;
        int n = asprintf(
                &text,
                "{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\",\"Attributes\":{%s}},"
                "\"timeNano\":%ju}",
                action, id, attributes, (uintmax_t) nsec);

        cr_assert_geq(n, 0);
        send_line(r, text);
        free(text);
}

static void send_event(FakeReply *r, const char *action, uint64_t nsec)
{
        send_event_of(r, ID, action, nsec, "");
}

Test(engine_events, asks_for_its_container_only)
{
        FakeReply *r = expect_open();
        char *filters;

        start();
        loop_until(event, seen.opened == 1);
        filters = engine_escape("{\"container\":[\"" ID "\"],\"type\":[\"container\"]}");
        cr_assert_not_null(strstr(fake_reply_request(r), filters));
        cr_assert_null(strstr(fake_reply_request(r), "since="));
        free(filters);
}

Test(engine_events, events_come_through)
{
        FakeReply *r = expect_open();

        send_event(r, "create", 1000);
        send_event(r, "start", 2000);
        send_event(r, "health_status: healthy", 3000);
        send_event_of(r, ID, "die", 4000, "\"exitCode\":\"42\"");
        send_event(r, "destroy", 5000);
        start();
        loop_until(event, seen.n == 5);
        cr_assert_eq(seen.opened, 1);
        cr_assert_eq(seen.kinds[0], ENGINE_EVENT_CREATE);
        cr_assert_eq(seen.kinds[2], ENGINE_EVENT_HEALTH_STATUS);
        cr_assert_eq(seen.kinds[3], ENGINE_EVENT_DIE);
        cr_assert_eq(seen.exit_code, 42);
        cr_assert_eq(seen.times[4], 5000);
        cr_assert_eq(seen.lost, 0);
}

Test(engine_events, of_others_are_ignored)
{
        FakeReply *r = expect_open();

        send_event_of(r, OTHER_ID, "die", 1000, "");
        send_line(
                r,
                "{\"Type\":\"image\",\"Action\":\"pull\",\"Actor\":{\"ID\":\"alpine\"},\"timeNano\":1500}");
        send_line(r, "{\"Type\":\"network\",\"Action\":\"connect\",\"Actor\":{\"ID\":\"" ID
                     "\"},\"timeNano\":1600}");
        send_event_of(r, "aaaaaaaaaaaa", "die", 1700, "");
        send_event(r, "start", 900);
        start();
        loop_until(event, seen.n == 1);
        loop_settle(event);
        cr_assert_eq(seen.n, 1);
        cr_assert_eq(seen.kinds[0], ENGINE_EVENT_START);
}

Test(engine_events, malformed_lines_are_ignored)
{
        static const char *const bad[] = {
                "",
                "{",
                "null",
                "[]",
                "42",
                "\"die\"",
                "{}",
                "}{",
                "{\"Type\":\"container\"}",
                "\x01\x02\xff",
                "{\"Type\":42,\"Action\":[]}",
                "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":42}}",
                "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":[]}",
        };
        FakeReply *r = expect_open();

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                send_line(r, bad[i]);
        send_event(r, "start", 1000);
        start();
        loop_until(event, seen.n == 1);
        cr_assert_eq(seen.kinds[0], ENGINE_EVENT_START);
        cr_assert_eq(seen.lost, 0);
}

/* A line over the limit is dropped as a whole: no part of it counts as an event, not even the last one. */
Test(engine_events, over_long_lines_are_ignored)
{
        FakeReply *r = expect_open();
        size_t n = 700 * 1024;
        char *line = malloc(n + 1);

        memset(line, 'x', n);
        line[n] = 0;
        fake_reply_chunk(r, line, n);
        send_line(r, "");
        send_event(r, "start", 1000);
        start();
        loop_until(event, seen.n == 1);
        cr_assert_eq(seen.kinds[0], ENGINE_EVENT_START);
        free(line);
}

Test(engine_events, rest_of_an_over_long_line_is_no_event)
{
        FakeReply *r = expect_open();
        size_t n = 256 * 1024;
        char *line = malloc(n);

        memset(line, ' ', n);
        fake_reply_chunk(r, line, n);
        send_event(r, "die", 500);
        send_event(r, "start", 1000);
        start();
        loop_until(event, seen.n >= 1 && seen.times[seen.n - 1] == 1000);
        cr_assert_eq(seen.dropped, 1);
        cr_assert_eq(seen.n, 1);
        free(line);
}

Test(engine_events, split_everywhere)
{
        static const char line[] = "{\"Type\":\"container\",\"Action\":\"pause\",\"Actor\":{\"ID\":\"" ID
                                   "\",\"Attributes\":{}},\"timeNano\":%05zu}\n";
        FakeReply *r = expect_open();
        size_t total = 35;

        for (size_t i = 0; i < total; i++) {
                char text[300];
                size_t n = (size_t) snprintf(text, sizeof(text), line, i + 1), at = MIN(i * 4 + 1, n);

                fake_reply_chunk(r, text, at);
                fake_reply_chunk(r, text + at, n - at);
        }
        start();
        loop_until(event, seen.n == total);
        for (size_t i = 0; i < total; i++)
                cr_assert_eq(seen.times[i], i + 1);
}

Test(engine_events, reconnects_from_where_it_ended)
{
        FakeReply *first = expect_open(), *second = expect_open(), *third = expect_open();

        send_event(first, "start", UINT64_C(1700000000123456789));
        fake_reply_close(first);
        /* the engine's since= is inclusive: the last event comes again */
        send_event(second, "start", UINT64_C(1700000000123456789));
        send_event(second, "pause", UINT64_C(1700000001000000007));
        fake_reply_close(second);
        send_event(third, "unpause", UINT64_C(1700000002000000000));

        start();
        loop_until(event, seen.n == 3);
        cr_assert_eq(seen.opened, 3);
        cr_assert_eq(seen.lost, 2);
        cr_assert_eq(seen.lost_r, -ECONNRESET);
        cr_assert_eq(seen.kinds[0], ENGINE_EVENT_START);
        cr_assert_eq(seen.kinds[1], ENGINE_EVENT_PAUSE);
        cr_assert_eq(seen.kinds[2], ENGINE_EVENT_UNPAUSE);
        cr_assert_not_null(strstr(fake_reply_request(second), "&since=1700000000.123456789 "));
        cr_assert_not_null(strstr(fake_reply_request(third), "&since=1700000001.000000007 "));
}

/* Somebody sets the engine's clock back: new events do not count as old ones, neither now nor after a
 * reconnection. */
Test(engine_events, clock_is_set_back)
{
        FakeReply *first = expect_open(), *second = expect_open();

        send_event(first, "start", UINT64_C(1700000000000000000));
        send_event(first, "pause", UINT64_C(1600000000000000000));
        send_event(first, "unpause", UINT64_C(1600000001000000000));
        fake_reply_close(first);
        send_event(second, "unpause", UINT64_C(1600000001000000000));
        send_event(second, "die", UINT64_C(1500000000000000000));
        start();
        loop_until(event, seen.n == 4);
        cr_assert_eq(seen.kinds[1], ENGINE_EVENT_PAUSE);
        cr_assert_eq(seen.kinds[2], ENGINE_EVENT_UNPAUSE);
        cr_assert_eq(seen.kinds[3], ENGINE_EVENT_DIE);
        cr_assert_not_null(strstr(fake_reply_request(second), "&since=1600000001.000000000 "));
}

/* An engine without timeNano: many events have the same time, and all events of that second come again. */
Test(engine_events, events_of_the_same_time)
{
        FakeReply *first = expect_open(), *second = expect_open();

        send_event(first, "kill", UINT64_C(1700000000000000000));
        send_event(first, "die", UINT64_C(1700000000000000000));
        send_event(first, "stop", UINT64_C(1700000000000000000));
        fake_reply_close(first);
        send_event(second, "kill", UINT64_C(1700000000000000000));
        send_event(second, "die", UINT64_C(1700000000000000000));
        send_event(second, "stop", UINT64_C(1700000000000000000));
        send_event(second, "destroy", UINT64_C(1700000001000000000));
        start();
        loop_until(event, seen.n == 4);
        cr_assert_eq(seen.kinds[0], ENGINE_EVENT_KILL);
        cr_assert_eq(seen.kinds[1], ENGINE_EVENT_DIE);
        cr_assert_eq(seen.kinds[2], ENGINE_EVENT_STOP);
        cr_assert_eq(seen.kinds[3], ENGINE_EVENT_DESTROY);
}

/* A line that was cut off by the end of its connection is not continued by the next connection. */
Test(engine_events, half_a_line_is_forgotten)
{
        FakeReply *first = expect_open(), *second = expect_open();

        fake_reply_chunk(first, "{\"Type\":\"container\",", 20);
        fake_reply_close(first);
        send_event(second, "start", 7);
        start();
        loop_until(event, seen.n == 1);
        cr_assert_eq(seen.kinds[0], ENGINE_EVENT_START);
}

/* The end of the stream is also a loss, even if the engine ends it in an orderly way. */
Test(engine_events, proper_end_is_a_loss)
{
        FakeReply *first = expect_open(), *second = expect_open();

        fake_reply_send_text(first, "0\r\n\r\n");
        start();
        loop_until(event, seen.opened == 2);
        cr_assert_eq(seen.lost, 1);
        cr_assert_not_null(fake_reply_request(second));
}

Test(engine_events, probe_that_is_answered)
{
        static const int statuses[] = { 200, 503 };

        expect_open();
        start();
        loop_until(event, seen.opened == 1);
        for (size_t i = 0; i < ELEMENTSOF(statuses); i++) {
                FakeReply *pong = fake_engine_expect(fake, "GET", "/_ping");

                fake_reply_json(pong, statuses[i], "{}");
                while (!fake_reply_is_done(pong)) {
                        engine_events_probe(events, 60 * USEC_PER_SEC); /* one at a time */
                        cr_assert_geq(sd_event_run(event, UINT64_MAX), 0);
                }
                while (sd_event_run(event, 0) > 0)
                        ;
        }
        cr_assert_eq(seen.lost, 0);
        cr_assert_eq(fake_engine_requests(fake), 3);
}

Test(engine_events, probe_without_an_answer_is_a_loss)
{
        FakeReply *second;

        expect_open();
        start();
        loop_until(event, seen.opened == 1);
        fake_reply_wait(fake_engine_expect(fake, "GET", "/_ping"));
        second = expect_open();
        engine_events_probe(events, 20 * USEC_PER_MSEC);
        loop_until(event, seen.opened == 2);
        cr_assert_eq(seen.lost, 1);
        cr_assert_eq(seen.lost_r, -ETIMEDOUT, "%i", seen.lost_r);
        cr_assert_not_null(fake_reply_request(second));
}

Test(engine_events, first_connection_does_not_come_about)
{
        fake_engine_down(fake);
        start();
        loop_until(event, seen.lost);
        cr_assert_eq(seen.lost_r, -ENOENT);
        cr_assert_eq(seen.opened, 0);
        fake_engine_up(fake);
        expect_open();
        loop_until(event, seen.opened == 1);
        cr_assert_eq(seen.lost, 1);
}

/* The first connection asks nobody. Each one after it waits for the answer, which may be "not yet". */
Test(engine_events, held_until_told_to_go_on)
{
        FakeReply *first = expect_open();

        seen.is_held = true;
        start();
        loop_until(event, seen.opened == 1);
        cr_assert_eq(seen.holds, 0);
        fake_reply_close(first);
        expect_open();
        loop_until(event, seen.holds == 1);
        loop_settle(event);
        for (unsigned i = 2; i < 5; i++) {
                engine_events_go_on(events, true);
                loop_until(event, seen.holds == i);
                loop_settle(event);
                cr_assert_eq(fake_engine_requests(fake), 1);
        }
        engine_events_go_on(events, false);
        loop_until(event, seen.opened == 2);
        cr_assert_eq(seen.lost, 1);
}

Test(engine_events, refused_by_the_engine)
{
        FakeReply *r = fake_engine_expect(fake, "GET", "/events");

        fake_reply_json(r, 500, "{\"message\":\"busy\"}");
        start();
        loop_until(event, seen.lost);
        cr_assert_eq(seen.opened, 0);
        cr_assert_str_eq(seen.lost_message, "busy");
        expect_open();
        loop_until(event, seen.opened == 1);
        cr_assert_eq(seen.lost, 1);
}

static uint64_t now_usec(void)
{
        uint64_t usec;

        cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &usec), 0);
        return usec;
}

/* 100 ms, 200, 400: the loss is reported once, the attempts become less frequent, and after a success the
 * delays start again. */
Test(engine_events, back_off_grows_and_starts_again)
{
        uint64_t times[5];
        FakeReply *opened;

        for (unsigned i = 0; i < 4; i++) {
                FakeReply *r = fake_engine_expect(fake, "GET", "/events");

                fake_reply_json(r, 500, "{\"message\":\"busy\"}");
        }
        opened = expect_open();
        fake_reply_close(opened);
        expect_open();
        start();
        for (unsigned i = 0; i < 5; i++) {
                loop_until(event, fake_engine_requests(fake) == i + 1);
                times[i] = now_usec();
        }
        cr_assert_eq(seen.lost, 1, "once, however often it fails");
        for (unsigned i = 1; i < 5; i++)
                cr_assert_geq(times[i] - times[i - 1],
                              (UINT64_C(100) << (i - 1)) * USEC_PER_MSEC - 20 * USEC_PER_MSEC, "%u", i);
        loop_until(event, seen.lost == 2);
        times[0] = now_usec();
        loop_until(event, seen.opened == 2);
        /* far less than the 1.6 s that would be next without the success */
        cr_assert_lt(now_usec() - times[0], USEC_PER_SEC);
}

Test(engine_events, free_while_it_waits_for_the_next_attempt)
{
        fake_engine_down(fake);
        start();
        loop_until(event, seen.lost);
        events = engine_events_free(events);
        fake_engine_up(fake);
        loop_settle(event);
        cr_assert_eq(fake_engine_requests(fake), 0);
}

Test(engine_events, free_in_on_lost)
{
        FakeReply *r = expect_open();

        seen.free_in_lost = true;
        fake_reply_close(r);
        start();
        loop_until(event, seen.lost);
        cr_assert_null(events);
        loop_settle(event);
        cr_assert_eq(fake_engine_requests(fake), 1);
}

Test(engine_events, free_while_it_stands)
{
        FakeReply *r = expect_open();

        start();
        loop_until(event, seen.opened);
        events = engine_events_free(events);
        loop_until(event, fake_reply_is_hung_up(r));
        cr_assert_null(engine_events_free(NULL));
}
