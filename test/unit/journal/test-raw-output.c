/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The container's bytes on their way to a descriptor, over gaps. */

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "output-fixture.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

static uint64_t begin;
static int file = -EBADF;

static void setup(void)
{
        fixture_setup();
        file = memfd_create("stdout", MFD_CLOEXEC);
        x.config.raw_fds[STDOUT] = file;
        begin = now_nsec();
}

static void teardown(void)
{
        fixture_teardown();
        file = fd_close(file);
}

TestSuite(raw_output, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static bool file_is(const char *expected)
{
        char text[256] = "";
        ssize_t n = pread(file, text, sizeof(text) - 1, 0);

        cr_assert_leq((size_t) n, strlen(expected), "%s", text);
        return strcmp(text, expected) == 0;
}

static FakeReply *attach(void)
{
        FakeReply *r = expect_stream("POST", ATTACH);

        cr_assert_eq(output_open(x.output), 0);
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
        container_runs();
        return r;
}

static void break_stream(FakeReply *r)
{
        cut_off(r);
        loop_until(x.event, x.ended);
        x.ended = 0;
}

static void attach_and_break(const char *bytes)
{
        FakeReply *r;

        fixture_new_output();
        r = attach();
        say(r, STDOUT, bytes);
        loop_until(x.event, file_is(bytes));
        break_stream(r);
}

Test(raw_output, bytes_come_at_once_and_as_they_are)
{
        FakeReply *r;

        fixture_new_output();
        r = attach();
        say(r, STDOUT, "<3>Password: ");
        loop_until(x.event, file_is("<3>Password: "));
        say(r, STDOUT, "\n\n\r");
        loop_until(x.event, file_is("<3>Password: \n\n\r"));
        say(r, STDERR, "<4>for the journal\n");
        until_text("for the journal\n");
        log_info("A message.");
        until_messages("A message.");
        finish(r);
        container_ended(0);
        loop_until(x.event, x.ended);
        output_drive(x.output);
        cr_assert(output_is_delivered(x.output));
        cr_assert(file_is("<3>Password: \n\n\r"));
}

Test(raw_output, terminal)
{
        FakeReply *r;

        x.facts.container.tty = true;
        fixture_new_output();
        r = attach();
        fake_reply_chunk(r, "a\r\nb", 4);
        loop_until(x.event, file_is("a\r\nb"));
}

Test(raw_output, journald_as_the_engine_s_driver_has_only_the_journal_s_lines)
{
        FakeReply *r = expect_stream("POST", "/containers/" ID "/attach?stream=1&stdout=1");

        x.facts.container.log_driver = (char *) "journald";
        fixture_new_output();
        cr_assert_eq(output_open(x.output), 0);
        say(r, STDOUT, "one\n");
        loop_until(x.event, file_is("one\n"));
}

Test(raw_output, gap_within_a_line)
{
        FakeReply *r;

        attach_and_break("one\ntwo\nth");
        r = expect_stream("GET", LIST);
        say_stored(r, STDOUT, begin, "one\n");
        say_stored(r, STDOUT, begin + 1, "two\n");
        finish(r);
        r = expect_stream("GET", FOLLOW);
        say_stored(r, STDOUT, begin, "one\n");
        say_stored(r, STDOUT, begin + 1, "two\n");
        say_stored(r, STDOUT, begin + 2, "three\n");
        say_stored(r, STDERR, begin + NSEC_PER_SEC, "err\n");
        say_stored(r, STDOUT, begin + 3, "fo");
        output_continue(x.output, true);
        loop_until(x.event, file_is("one\ntwo\nthree\nfo"));
        until_text("err\n");
        break_stream(r);
        r = expect_stream("GET", FOLLOW);
        say_stored(r, STDOUT, begin + 2, "three\n");
        say_stored(r, STDERR, begin + NSEC_PER_SEC, "err\n");
        say_stored(r, STDOUT, begin + 3, "four\n");
        say_stored(r, STDOUT, begin + 4, "end");
        output_continue(x.output, true);
        loop_until(x.event, file_is("one\ntwo\nthree\nfour\nend"));
        until_text("err\n");
        cr_assert_str_eq(x.messages, "");
}

/* As of a container that was started again after a last line without a newline. */
Test(raw_output, gap_after_a_life_that_ended_within_a_line)
{
        FakeReply *r;

        attach_and_break("one\nend");
        r = expect_stream("GET", LIST);
        say_stored(r, STDOUT, begin, "one\n");
        say_stored(r, STDOUT, begin + 1, "end");
        say_stored(r, STDOUT, begin + 2, "two\n");
        finish(r);
        r = expect_stream("GET", FOLLOW);
        say_stored(r, STDOUT, begin, "one\n");
        say_stored(r, STDOUT, begin + 1, "end");
        say_stored(r, STDOUT, begin + 2, "two\n");
        output_continue(x.output, true);
        loop_until(x.event, file_is("one\nendtwo\n"));
}

Test(raw_output, adoption_goes_on_within_the_line)
{
        FakeReply *r;

        attach_and_break("one\ntw");
        x.output = output_free(x.output);
        x.state = x.facts.log = ATTACHMENT_NONE;
        x.facts.adopted = true;
        fixture_new_output();
        r = expect_stream("GET", LIST);
        say_stored(r, STDOUT, begin, "one\n");
        finish(r);
        r = expect_stream("GET", FOLLOW);
        say_stored(r, STDOUT, begin, "one\n");
        say_stored(r, STDOUT, begin + 1, "two\n");
        cr_assert_eq(output_open(x.output), 0);
        loop_until(x.event, file_is("one\ntwo\n"));
}

Test(raw_output, slow_reader_holds_the_container_back)
{
        static char many[3000];
        size_t seen = 0;
        FakeReply *r;
        int p[2];

        memset(many, 'x', sizeof(many) - 1);
        cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
        x.config.raw_fds[STDOUT] = p[1];
        fixture_new_output();
        r = attach();
        for (int i = 0; i < 100; i++)
                say(r, STDOUT, many);
        loop_settle(x.event);
        output_drive(x.output);
        cr_assert_not(output_is_delivered(x.output));
        cr_assert(output_extend(x.output));
        cr_assert_eq(fcntl(p[0], F_SETFL, O_NONBLOCK), 0);
        while (seen < 100 * (sizeof(many) - 1)) {
                char buffer[4096];
                ssize_t k = read(p[0], buffer, sizeof(buffer));

                seen += k > 0 ? (size_t) k : 0;
                (void) sd_event_run(x.event, 0);
        }
        cr_assert_eq(seen, 100 * (sizeof(many) - 1));
        cr_assert_eq(x.write_failed, 0);
}

Test(raw_output, both_into_one_keep_their_order)
{
        FakeReply *r;

        x.config.raw_fds[STDERR] = file;
        fixture_new_output();
        r = attach();
        say(r, STDOUT, "a");
        say(r, STDERR, "b");
        say(r, STDOUT, "c\n");
        loop_until(x.event, file_is("abc\n"));
        cr_assert_not(fixture_receive(1));
}

Test(raw_output, failure_is_reported_once)
{
        FakeReply *r;

        x.config.raw_fds[STDERR] = open("/dev/full", O_WRONLY | O_CLOEXEC);
        fixture_new_output();
        r = attach();
        say(r, STDERR, "a");
        say(r, STDERR, "b");
        say(r, STDOUT, "c");
        loop_until(x.event, file_is("c"));
        cr_assert_eq(x.write_failed, 1);
        cr_assert_eq(x.error, -ENOSPC);
        x.output = output_free(x.output);
        close(x.config.raw_fds[STDERR]);
}
