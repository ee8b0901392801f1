/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A stored log that is rotated: the way back to the attach stream. */

#include "output-fixture.h"
#include "util/macro.h"

static uint64_t begin, later;
static FakeReply *live, *stored;

/* After a gap the stored log is followed, and the container attached to beside it. */
static void setup(void)
{
        FakeReply *r;

        fixture_setup();
        fixture_new_output();
        begin = now_nsec();
        later = begin + 10 * NSEC_PER_SEC; /* than the attaching */
        r = expect_stream("POST", ATTACH);
        cr_assert_eq(output_open(x.output), 0);
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
        container_runs();
        say(r, STDOUT, "one\n");
        until_text("one\n");
        cut_off(r);
        loop_until(x.event, x.ended);
}

/* The stored log begins with this line. */
static void go_on_with(uint64_t stamp_nsec, const char *first)
{
        FakeReply *r = expect_stream("GET", LIST);

        say_stored(r, STDOUT, stamp_nsec, first);
        finish(r);
        live = expect_stream("POST", ATTACH);
        stored = expect_stream("GET", FOLLOW);
        say_stored(stored, STDOUT, stamp_nsec, first);
        output_continue(x.output, true);
        loop_until(x.event, fake_reply_request(stored));
}

static void go_on(const char *first)
{
        go_on_with(begin, first);
}

TestSuite(way_back, .init = setup, .fini = fixture_teardown, .timeout = LOOP_TIMEOUT);

Test(way_back, attach_stream_takes_over_once_both_agree)
{
        go_on("one\n");
        say(live, STDOUT, "two\n");
        say_stored(stored, STDOUT, later, "two\n");
        until_text("one\ntwo\n");
        loop_until(x.event, fake_reply_is_hung_up(stored));
        say(live, STDOUT, "three\n");
        say(live, STDERR, "four\n");
        until_text("one\ntwo\nthree\nfour\n");
        cr_assert_str_eq(x.messages, "");
        cr_assert_eq(x.state, ATTACHMENT_OPEN);
}

Test(way_back, lines_that_were_rotated_away_come_from_the_attach_stream)
{
        go_on("one\n");
        say(live, STDOUT, "two\nthree\nfour\n");
        loop_settle(x.event);
        say_stored(stored, STDOUT, later, "four\n");
        say_stored(stored, STDOUT, later + 1, "five\n");
        say(live, STDOUT, "five\n");
        until_text("one\ntwo\nthree\nfour\nfive\n");
        loop_until(x.event, fake_reply_is_hung_up(stored));
        say(live, STDOUT, "six\n");
        until_text("one\ntwo\nthree\nfour\nfive\nsix\n");
        cr_assert_str_eq(x.messages, "");
}

Test(way_back, stored_log_that_stands_still_is_left)
{
        go_on("one\n");
        say(live, STDOUT, "two\n");
        say_stored(stored, STDOUT, later, "two\n");
        until_text("one\ntwo\n");
        say(live, STDOUT, "three\n");
        until_text("one\ntwo\nthree\n");
        cr_assert_str_eq(x.messages, "");
        say(live, STDOUT, "four\n");
        until_text("one\ntwo\nthree\nfour\n");
}

Test(way_back, stored_log_that_never_went_on_is_a_gap)
{
        go_on("one\n");
        say(live, STDOUT, "three\n");
        until_text("one\nthree\n");
        until_messages("stands still, lines may be missing");
}

Test(way_back, rest_of_an_ended_container_comes_from_the_attach_stream)
{
        FakeReply *r;

        go_on("one\n");
        say(live, STDOUT, "two\n");
        say_stored(stored, STDOUT, later, "two\n");
        until_text("one\ntwo\n");
        container_ended(0);
        r = expect_stream("GET", LIST);
        say_stored(r, STDOUT, later, "two\n");
        finish(r);
        finish(stored);
        loop_until(x.event, x.ended == 2);
        output_drive(x.output);
        cr_assert_not(output_is_drained(x.output), "the attach stream has not ended");
        say(live, STDOUT, "three\n");
        finish(live);
        loop_until(x.event, (output_drive(x.output), output_is_drained(x.output)));
        until_text("one\ntwo\nthree\n");
}

/* It is attached to the stopped container, and ends with a next life. */
Test(way_back, attach_stream_that_had_nothing_is_not_waited_for)
{
        FakeReply *r;

        go_on("one\n");
        say_stored(stored, STDOUT, later, "two\n");
        until_text("one\ntwo\n");
        container_ended(0);
        r = expect_stream("GET", LIST);
        say_stored(r, STDOUT, later, "two\n");
        finish(r);
        finish(stored);
        loop_until(x.event, (output_drive(x.output), output_is_drained(x.output)));
}

Test(way_back, broken_attach_stream_leaves_the_stored_log)
{
        go_on("one\n");
        say(live, STDOUT, "lost\n");
        cut_off(live);
        loop_until(x.event, fake_reply_is_done(live));
        say_stored(stored, STDOUT, later, "two\n");
        until_text("one\ntwo\n");
}

Test(way_back, log_without_our_lines_was_rotated)
{
        go_on_with(later, "other\n");
        until_text("one\nother\n");
        until_messages("its stored log was rotated or emptied before it was read, lines may be missing");
}

/* The stopped container is attached to, and its lines count from the first one on. */
Test(way_back, container_that_may_be_started_again)
{
        FakeReply *r;

        x.ended = 0;
        live = expect_stream("POST", ATTACH);
        cr_assert_eq(output_await_restart(x.output), 0);
        cr_assert_eq(x.state, ATTACHMENT_NONE);
        cr_assert(output_is_drained(x.output));
        r = expect_stream("GET", LIST);
        say_stored(r, STDOUT, begin, "one\n");
        finish(r);
        stored = expect_stream("GET", FOLLOW);
        say_stored(stored, STDOUT, begin, "one\n");
        cr_assert_eq(output_resume(x.output), 0);
        loop_until(x.event, fake_reply_request(stored));
        say(live, STDOUT, "two\nthree\n");
        loop_settle(x.event);
        say_stored(stored, STDOUT, later, "three\n");
        until_text("one\ntwo\nthree\n");
}

/* What the stored log has lost by then comes from the attach stream, also where the stored lines are from
 * the time of the attaching. */
Test(way_back, rest_of_a_log_that_lost_lines_is_preceded_by_them)
{
        FakeReply *r;
        uint64_t stamp;

        x.ended = 0;
        live = expect_stream("POST", ATTACH);
        cr_assert_eq(output_await_restart(x.output), 0);
        x.facts.died_nsec = now_nsec();
        stamp = now_nsec();
        r = expect_stream("GET", LIST);
        say_stored(r, STDOUT, stamp, "three\n");
        finish(r);
        stored = expect_stream("GET", FOLLOW);
        cr_assert_eq(output_resume(x.output), 0);
        loop_until(x.event, fake_reply_request(stored));
        say(live, STDOUT, "two\nthree\n");
        loop_settle(x.event);
        say_stored(stored, STDOUT, stamp, "three\n");
        say_stored(stored, STDOUT, later, "four\n");
        until_text("one\ntwo\nthree\nfour\n");
}

/* Docker 20.10 after a rotation. */
Test(way_back, lines_that_the_stored_log_repeats_are_left_out)
{
        go_on("one\n");
        say(live, STDOUT, "two\nthree\nthree\nfour\n");
        say_stored(stored, STDOUT, later, "two\n");
        say_stored(stored, STDOUT, later + 1, "three\n");
        say_stored(stored, STDOUT, later + 1, "three\n");
        say_stored(stored, STDOUT, later, "two\n");
        say_stored(stored, STDOUT, later + 1, "three\n");
        say_stored(stored, STDOUT, later + 2, "three\n");
        say_stored(stored, STDOUT, later + 3, "four\n");
        until_text("one\ntwo\nthree\nthree\nfour\n");
        loop_until(x.event, fake_reply_is_hung_up(stored));
        say(live, STDOUT, "five\n");
        until_text("one\ntwo\nthree\nthree\nfour\nfive\n");
}

/* A second engine that is restarted before the attach stream took over. */
static void restart_engine(void)
{
        finish(live);
        loop_until(x.event, x.room);
        cut_off(stored);
        loop_until(x.event, x.ended == 2);
        live = expect_stream("POST", ATTACH);
        stored = expect_stream("GET", FOLLOW);
        output_continue(x.output, true);
        loop_until(x.event, fake_reply_request(stored));
}

Test(way_back, attach_stream_that_ended_with_its_engine_is_opened_again)
{
        go_on("one\n");
        restart_engine();
        say(live, STDOUT, "two\n");
        say_stored(stored, STDOUT, later, "two\n");
        loop_until(x.event, fake_reply_is_hung_up(stored));
        say(live, STDOUT, "three\n");
        until_text("one\ntwo\nthree\n");
}

/* … and takes over only when both agree once more: it has not what was written in between. */
Test(way_back, attach_stream_that_was_opened_again_has_to_agree_again)
{
        uint64_t until;

        go_on("one\n");
        say(live, STDOUT, "two\n");
        say_stored(stored, STDOUT, later, "two\n");
        until_text("one\ntwo\n");
        restart_engine();
        until = now_nsec() + 3 * NSEC_PER_SEC / 2; /* longer than it takes to agree */
        while (now_nsec() < until)
                cr_assert_geq(sd_event_run(x.event, 10 * USEC_PER_MSEC), 0);
        say(live, STDOUT, "four\n");
        say_stored(stored, STDOUT, later + 1, "three\n");
        say_stored(stored, STDOUT, later + 2, "four\n");
        until_text("one\ntwo\nthree\nfour\n");
}

/* Its log cannot be read: what both streams have must not come twice. */
Test(way_back, log_that_cannot_be_read_is_attached_to_alone)
{
        FakeReply *r;

        x.ended = 0;
        live = expect_stream("POST", ATTACH);
        cr_assert_eq(output_await_restart(x.output), 0);
        r = fake_engine_expect(x.fake, "GET", LIST);
        fake_reply_json(r, 501, "{\"message\":\"no\"}");
        cr_assert_eq(output_resume(x.output), 0);
        loop_until(x.event, x.ended == 1);
        r = expect_stream("POST", ATTACH);
        output_continue(x.output, true);
        loop_until(x.event, fake_reply_request(r));
        say(r, STDOUT, "two\n");
        until_text("one\ntwo\n");
        container_ended(0);
        finish(r);
        loop_until(x.event, (output_drive(x.output), output_is_drained(x.output)));
        until_text("one\ntwo\n");
}

/* The last lines of a container, more than there is room for. */
Test(way_back, rest_of_an_ended_container_may_be_large)
{
        static char big[256], text[64 * 1024];
        FakeReply *r;

        memset(big, 'x', sizeof(big) - 2);
        big[sizeof(big) - 2] = '\n';
        go_on("one\n");
        strcpy(text, "one\n");
        for (size_t i = 0; i < 200; i++) {
                say(live, STDOUT, big);
                strcat(text, big);
        }
        loop_settle(x.event);
        container_ended(0);
        r = expect_stream("GET", LIST);
        finish(r);
        finish(stored);
        finish(live);
        loop_until(x.event,
                   (fixture_receive(SIZE_MAX), output_drive(x.output), output_is_drained(x.output)));
        until_text(text);
}
