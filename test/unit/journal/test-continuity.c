/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The output after gaps: every line once, whatever breaks. */

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output-fixture.h"
#include "util/macro.h"

static uint64_t begin;

static void setup(void)
{
        fixture_setup();
        fixture_new_output();
        begin = now_nsec();
}

TestSuite(continuity, .init = setup, .fini = fixture_teardown, .timeout = LOOP_TIMEOUT);

/* Attached, with these lines, until the stream is cut off. */
static void attach_and_break(const char *text)
{
        FakeReply *r = expect_stream("POST", ATTACH);

        cr_assert_eq(output_open(x.output), 0);
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
        container_runs();
        say(r, STDOUT, text);
        fake_reply_wait(r);
        cut_off(r);
        loop_until(x.event, fake_reply_sent(r) > 0 && x.progress > 0);
        fixture_receive(SIZE_MAX);
        fake_reply_go(r);
        loop_until(x.event, x.ended);
        cr_assert_eq(x.asked, 1);
}

/* The stored log, which is listed after the gap. */
static FakeReply *expect_list(void)
{
        return expect_stream("GET", LIST);
}

static FakeReply *expect_follow(void)
{
        return expect_stream("GET", FOLLOW);
}

Test(continuity, lines_of_a_gap_come_from_the_stored_log)
{
        FakeReply *r;

        attach_and_break("one\ntwo\n");
        r = expect_list();
        say_stored(r, STDOUT, begin, "one\n");
        say_stored(r, STDOUT, begin + 1, "two\n");
        say_stored(r, STDOUT, begin + 2, "three\n");
        finish(r);
        r = expect_follow();
        say_stored(r, STDOUT, begin + 1, "two\n");
        say_stored(r, STDOUT, begin + 2, "three\n");
        say_stored(r, STDOUT, begin + 3, "four\n");
        output_continue(x.output, true);
        until_text("one\ntwo\nthree\nfour\n");
        cr_assert(strstr(x.last, "\nSYSLOG_TIMESTAMP="));
        cr_assert_str_eq(x.messages, "");
        cr_assert_eq(x.state, ATTACHMENT_OPEN);
}

Test(continuity, a_container_that_is_gone_has_no_stored_log)
{
        FakeReply *r;

        attach_and_break("one\n");
        container_ended(0);
        r = expect_list();
        fake_reply_wait(r);
        output_continue(x.output, false);
        loop_until(x.event, fake_reply_request(r));
        cr_assert_not(output_is_drained(x.output), "what was cut off may have had more");
        cut_off(r);
        fake_reply_go(r);
        loop_until(x.event, x.ended == 2);
        cr_assert_not(output_is_drained(x.output));
        x.facts.destroyed = true;
        cr_assert(output_is_drained(x.output));
}

Test(continuity, an_end_that_inspect_confirms_is_one)
{
        FakeReply *r = expect_stream("POST", ATTACH);

        cr_assert_eq(output_open(x.output), 0);
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
        container_runs();
        finish(r);
        loop_until(x.event, x.ended);
        cr_assert_eq(x.asked, 1);
        container_ended(0);
        output_continue(x.output, false);
        loop_settle(x.event);
        cr_assert(output_is_drained(x.output));
}

Test(continuity, followed_log_goes_on_at_its_last_stamp)
{
        FakeReply *r;

        attach_and_break("one\n");
        r = expect_list();
        say_stored(r, STDOUT, begin, "one\n");
        finish(r);
        r = expect_follow();
        say_stored(r, STDOUT, begin + 1, "two\n");
        cut_off(r);
        output_continue(x.output, true);
        loop_until(x.event, x.ended == 2);
        r = expect_follow();
        say_stored(r, STDOUT, begin + 1, "two\n");
        say_stored(r, STDOUT, begin + 1, "again\n");
        output_continue(x.output, true);
        until_text("one\ntwo\nagain\n");
}

Test(continuity, last_lines_are_asked_for_once_more)
{
        FakeReply *r;

        attach_and_break("one\n");
        r = expect_list();
        say_stored(r, STDOUT, begin, "one\n");
        finish(r);
        r = expect_follow();
        say_stored(r, STDOUT, begin + 1, "two\n");
        fake_reply_wait(r);
        finish(r);
        output_continue(x.output, true);
        until_text("one\ntwo\n");
        container_ended(0);
        fake_reply_go(r);
        r = expect_stream("GET", LIST);
        say_stored(r, STDOUT, begin + 1, "two\n");
        say_stored(r, STDOUT, begin + 2, "three\n");
        finish(r);
        loop_until(x.event, x.ended == 3);
        until_text("one\ntwo\nthree\n");
        output_drive(x.output);
        cr_assert(output_is_drained(x.output));
        cr_assert(output_is_delivered(x.output));
}

/* The torn line that the stream broke in comes again, whole. */
Test(continuity, torn_line_is_the_begin_of_a_stored_one)
{
        FakeReply *r;

        attach_and_break("one\nto");
        r = expect_list();
        say_stored(r, STDOUT, begin, "one\n");
        say_stored(r, STDOUT, begin + 1, "torn\n");
        finish(r);
        r = expect_follow();
        say_stored(r, STDOUT, begin + 1, "torn\n");
        output_continue(x.output, true);
        until_text("one\ntorn\n");
}

/* The engine had no time to store it. */
Test(continuity, torn_line_that_does_not_come_again_stands_alone)
{
        FakeReply *r;

        attach_and_break("one\nto");
        r = expect_list();
        say_stored(r, STDOUT, begin, "one\n");
        say_stored(r, STDOUT, begin + 1, "other\n");
        finish(r);
        r = expect_follow();
        say_stored(r, STDOUT, begin + 1, "other\n");
        output_continue(x.output, true);
        until_text("one\nto\nother\n");
}

/* … and had nothing more to read, because nothing came for a while. */
Test(continuity, torn_line_after_a_rest_is_joined_with_its_rest)
{
        FakeReply *r = expect_stream("POST", ATTACH);

        cr_assert_eq(output_open(x.output), 0);
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
        container_runs();
        say(r, STDOUT, "one\nto");
        until_text("one\n");
        loop_settle(x.event);
        cr_assert_eq(usleep(150 * 1000), 0);
        cut_off(r);
        loop_until(x.event, x.ended);
        r = expect_list();
        say_stored(r, STDOUT, begin, "one\n");
        say_stored(r, STDOUT, begin + 1, "rn\n");
        finish(r);
        r = expect_follow();
        say_stored(r, STDOUT, begin + 1, "rn\n");
        output_continue(x.output, true);
        until_text("one\ntorn\n");
}

Test(continuity, log_that_does_not_fit_is_said)
{
        FakeReply *r;

        attach_and_break("one\n");
        r = expect_list();
        say_stored(r, STDOUT, begin, "quite another one\n");
        finish(r);
        r = expect_follow();
        say_stored(r, STDOUT, now_nsec() + NSEC_PER_SEC, "two\n");
        output_continue(x.output, true);
        until_text("one\ntwo\n");
        until_messages("was interrupted: what the engine has stored does not fit");
}

/* 501: never. */
Test(continuity, log_that_can_t_be_read_is_attached_to)
{
        FakeReply *r;

        attach_and_break("one\n");
        r = fake_engine_expect(x.fake, "GET", LIST);
        fake_reply_json(r, 501, "{\"message\":\"does not support reading\"}");
        output_continue(x.output, true);
        loop_until(x.event, x.ended == 2);
        cr_assert_eq(x.asked, 2);
        until_messages("was interrupted: its log driver can't be read");
        r = expect_stream("POST", ATTACH);
        output_continue(x.output, true);
        loop_until(x.event, x.opened == 3);
        say(r, STDOUT, "two\n");
        until_text("one\ntwo\n");
        /* After a stop, the next life is waited for. */
        r = expect_stream("POST", ATTACH);
        cr_assert_eq(output_await_restart(x.output), 0);
        loop_until(x.event, x.opened == 4);
        cr_assert_eq(output_resume(x.output), 0);
        loop_settle(x.event);
        cr_assert_eq(x.state, ATTACHMENT_OPEN);
        say(r, STDOUT, "three\n");
        until_text("one\ntwo\nthree\n");
}

Test(continuity, refusals_that_pass)
{
        FakeReply *r;

        attach_and_break("one\n");
        for (unsigned i = 0; i < 2; i++) {
                r = fake_engine_expect(x.fake, "GET", LIST);
                fake_reply_json(r, 500, "{\"message\":\"a bad day\"}");
                output_continue(x.output, true);
                loop_until(x.event, x.ended == 2 + i);
        }
        r = expect_list();
        say_stored(r, STDOUT, begin, "one\n");
        finish(r);
        r = expect_follow();
        say_stored(r, STDOUT, begin, "one\n");
        say_stored(r, STDOUT, begin + 1, "two\n");
        output_continue(x.output, true);
        until_text("one\ntwo\n");
        cr_assert_str_eq(x.messages, "");
}

Test(continuity, driver_that_stores_nothing)
{
        x.facts.container.log_driver = (char *) "none";
        attach_and_break("one\n");
        (void) expect_stream("POST", ATTACH);
        output_continue(x.output, true);
        loop_until(x.event, x.opened == 2);
        until_messages("its log driver can't be read");
}

/* Others start a container again whose output is stored nowhere: attached to in between, all is there. */
static void restart_without_log(bool in_time)
{
        FakeReply *r = expect_stream("POST", ATTACH);

        x.facts.container.log_driver = (char *) "none";
        cr_assert_eq(output_open(x.output), 0);
        loop_until(x.event, x.opened == 1);
        container_runs();
        finish(r);
        loop_until(x.event, x.ended);
        container_ended(0);
        r = expect_stream("POST", ATTACH);
        cr_assert_eq(output_await_restart(x.output), 0);
        if (!in_time)
                x.facts.started_nsec = now_nsec();
        loop_until(x.event, x.opened == 2);
        if (in_time)
                x.facts.started_nsec = now_nsec();
        container_runs();
        cr_assert_eq(output_resume(x.output), 0);
        say(r, STDOUT, "two\n");
        until_text("two\n");
        cr_assert_eq(strstr(x.messages, "its log driver can't be read") == NULL, in_time, "%s", x.messages);
}

Test(continuity, restart_that_was_waited_for)
{
        restart_without_log(true);
}

Test(continuity, restart_that_was_faster)
{
        restart_without_log(false);
}

/* The next life begins with what is stored since the last line. */
Test(continuity, restart_goes_on_from_the_stored_log)
{
        FakeReply *r;

        attach_and_break("one\n");
        container_ended(0);
        cr_assert_eq(output_await_restart(x.output), 0);
        cr_assert_eq(x.state, ATTACHMENT_NONE);
        container_runs();
        r = expect_list();
        say_stored(r, STDOUT, begin, "one\n");
        finish(r);
        r = expect_follow();
        say_stored(r, STDOUT, begin + 1, "two\n");
        cr_assert_eq(output_resume(x.output), 0);
        cr_assert_eq(x.state, ATTACHMENT_OPEN, "nothing of the stored log can be missed");
        until_text("one\ntwo\n");
}

/* … also where they are the same in each life, and a rotated log has lost those before. */
Test(continuity, same_line_of_a_next_life_is_new)
{
        FakeReply *r;
        uint64_t died;

        attach_and_break("one\n");
        container_ended(0);
        cr_assert_eq(output_await_restart(x.output), 0);
        x.facts.died_nsec = died = now_nsec();
        container_runs();
        r = expect_list();
        say_stored(r, STDOUT, died + 1, "one\n");
        finish(r);
        r = expect_follow();
        say_stored(r, STDOUT, died + 1, "one\n");
        cut_off(r);
        cr_assert_eq(output_resume(x.output), 0);
        until_text("one\none\n");
        /* A gap in the same life is another matter. */
        loop_until(x.event, x.state == ATTACHMENT_ENDED);
        r = expect_follow();
        say_stored(r, STDOUT, died + 1, "one\n");
        say_stored(r, STDOUT, died + 2, "two\n");
        output_continue(x.output, true);
        until_text("one\none\ntwo\n");
}

Test(continuity, lost_engine_is_a_gap)
{
        FakeReply *r = expect_stream("POST", ATTACH);

        cr_assert_eq(output_open(x.output), 0);
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
        container_runs();
        finish(r);
        loop_until(x.event, x.ended);
        cr_assert_eq(x.asked, 1);
        cr_assert(output_is_drained(x.output));
        x.facts.events_open = false;
        output_lost_engine(x.output);
        cr_assert_not(output_is_drained(x.output));
        /* The engine has the rest: it is waited for once. */
        container_ended(0);
        cr_assert(output_extend(x.output));
        cr_assert_not(output_extend(x.output));
}

Test(continuity, stop_does_not_wait_for_an_engine_that_is_away)
{
        attach_and_break("one\n");
        x.facts.events_open = false;
        container_ended(0);
        x.facts.stop_requested = true;
        cr_assert_not(output_extend(x.output));
}

/* Once more after the end, with the engine gone. */
Test(continuity, stream_that_can_t_be_opened_again)
{
        attach_and_break("one\n");
        fake_engine_down(x.fake);
        output_continue(x.output, true);
        loop_until(x.event, x.ended == 2 || x.failed);
        cr_assert_not(output_is_drained(x.output) && !x.failed);
}

/* Of a killed supervisor's container */

static void adopt(void)
{
        x.output = output_free(x.output);
        x.state = x.facts.log = ATTACHMENT_NONE;
        x.facts.adopted = true;
        container_runs();
        fixture_new_output();
}

Test(continuity, adopted_container_goes_on_from_its_position)
{
        FakeReply *r;

        attach_and_break("one\n");
        adopt();
        r = expect_list();
        say_stored(r, STDOUT, begin, "one\n");
        say_stored(r, STDOUT, begin + 1, "two\n");
        finish(r);
        r = expect_follow();
        say_stored(r, STDOUT, begin, "one\n");
        say_stored(r, STDOUT, begin + 1, "two\n");
        cr_assert_eq(output_open(x.output), 0);
        until_text("one\ntwo\n");
        cr_assert_str_eq(x.messages, "");
}

Test(continuity, adopted_container_without_a_position)
{
        x.facts.container.request_label = (char *) "hash";
        adopt();
        (void) expect_stream("POST", ATTACH);
        cr_assert_eq(output_open(x.output), 0);
        until_messages("was interrupted: the position in it was not kept");
}

Test(continuity, position_of_a_container_that_has_ended_is_removed)
{
        char path[160];
        struct stat st;

        (void) snprintf(path, sizeof(path), "%s/web/position", x.position_path);
        attach_and_break("one\n");
        cr_assert_eq(stat(path, &st), 0);
        container_ended(0);
        x.output = output_free(x.output);
        cr_assert_lt(stat(path, &st), 0);
}

Test(continuity, position_that_can_t_be_kept)
{
        FILE *f = fopen(x.position_path, "w");

        cr_assert_not_null(f);
        (void) fclose(f);
        attach_and_break("one\n");
        until_text("one\n");
}

Test(continuity, freed_in_the_end_of_a_followed_log)
{
        FakeReply *r;

        attach_and_break("one\n");
        r = expect_list();
        say_stored(r, STDOUT, begin, "one\n");
        finish(r);
        r = expect_follow();
        cut_off(r);
        x.free_in_ended = true;
        output_continue(x.output, true);
        loop_until(x.event, x.ended == 2);
        loop_settle(x.event);
        cr_assert_null(x.output);
}

/* With all the lines that wait for room and a connection that broke meanwhile. */
Test(continuity, freed_in_the_end_that_waited_for_room)
{
        FakeReply *r = expect_stream("POST", ATTACH);

        cr_assert_eq(output_open(x.output), 0);
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
        for (int i = 0; i < 3000; i++)
                say(r, STDERR, "a line\n");
        cut_off(r);
        x.free_in_ended = true;
        loop_until(x.event, output_extend(x.output));
        loop_settle(x.event);
        cr_assert_eq(x.ended, 0);
        loop_until(x.event, ({
                           x.text[0] = 0;
                           fixture_receive(SIZE_MAX);
                           x.ended;
                   }));
        loop_settle(x.event);
        cr_assert_null(x.output);
}

/* A terminal has one stream, without frames. */
Test(continuity, terminal)
{
        FakeReply *r = expect_stream("POST", ATTACH);

        x.facts.container.tty = true;
        cr_assert_eq(output_open(x.output), 0);
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
        fake_reply_chunk(r, "one\r\n", 5);
        until_text("one\n");
}
