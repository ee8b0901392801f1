/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Lines of a container that is attached to, and our own messages, on their way to the journal. */

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "output-fixture.h"
#include "util/fd.h"
#include "util/log.h"

TestSuite(output, .init = fixture_setup, .fini = fixture_teardown, .timeout = LOOP_TIMEOUT);

static FakeReply *attach(void)
{
        FakeReply *r = expect_stream("POST", ATTACH);

        cr_assert_eq(output_open(x.output), 0);
        cr_assert_eq(x.state, ATTACHMENT_OPENING);
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
        container_runs();
        return r;
}

static void has_field(const char *field)
{
        char line[256];

        (void) snprintf(line, sizeof(line), "\n%s\n", field);
        cr_assert(strstr(x.last, line), "%s is not in %s", field, x.last);
}

static void has_no_field(const char *name)
{
        cr_assert_not(strstr(x.last, name), "%s is in %s", name, x.last);
}

Test(output, lines_are_entries_with_the_container_s_fields)
{
        FakeReply *r;

        fixture_new_output();
        r = attach();
        say(r, STDOUT, "one\n");
        until_text("one\n");
        has_field("PRIORITY=6");
        has_field("SYSLOG_IDENTIFIER=web");
        has_field("CONTAINER_ID=aaaaaaaaaaaa");
        has_field("CONTAINER_ID_FULL=" ID);
        has_field("CONTAINER_TAG=aaaaaaaaaaaa");
        has_field("IMAGE_NAME=nginx");
        has_field("CONTAINER_LOG_ORDINAL=1");
        has_no_field("CONTAINER_PARTIAL");
        has_no_field("SYSLOG_TIMESTAMP");
        say(r, STDERR, "two\n");
        until_text("one\ntwo\n");
        has_field("PRIORITY=3");
        has_field("CONTAINER_LOG_ORDINAL=2");
        say(r, STDERR, "<5>three\n");
        until_text("one\ntwo\nthree\n");
        has_field("PRIORITY=5");
        cr_assert_eq(x.progress, 3);
        cr_assert_eq(x.ended + x.failed, 0);
}

Test(output, tag_and_labels)
{
        char label[] = "LABEL=value\n";

        x.facts.container.log.tag = (char *) "tag";
        x.facts.container.log.extra = (JournalFields){ .data = label, .size = strlen(label) };
        x.facts.container.log.unknown = (char *) "env-regex=(";
        x.facts.container.log.too_many = true;
        fixture_new_output();
        say(attach(), STDOUT, "one\n");
        until_text("one\n");
        has_field("SYSLOG_IDENTIFIER=tag");
        has_field("CONTAINER_TAG=tag");
        has_field("LABEL=value");
}

Test(output, own_messages_have_the_fields_and_the_exit_code)
{
        fixture_new_output();
        log_event(LOG_NOTICE, "0123456789abcdef0123456789abcdef", "A message.");
        until_messages("A message.");
        has_field("SYSLOG_IDENTIFIER=systemd-docker");
        has_field("MESSAGE_ID=0123456789abcdef0123456789abcdef");
        has_field("PRIORITY=5");
        has_field("CONTAINER_NAME=web");
        has_no_field("CONTAINER_EXIT_CODE");
        x.facts.exit_code = 3;
        log_info("Another one.");
        until_messages("Another one.");
        has_field("CONTAINER_EXIT_CODE=3");
}

Test(output, another_container_has_another_epoch)
{
        char epoch[128] = "";

        fixture_new_output();
        log_info("first");
        until_messages("first");
        (void) sscanf(strstr(x.last, "CONTAINER_LOG_EPOCH="), "%127s", epoch);
        x.facts.container.name = (char *) "other";
        output_name_container(x.output);
        log_info("second");
        until_messages("second");
        has_field("CONTAINER_NAME=other");
        has_no_field(epoch);
}

Test(output, end_of_a_dead_container)
{
        FakeReply *r;

        fixture_new_output();
        r = attach();
        say(r, STDOUT, "one\ntorn");
        until_text("one\n");
        cr_assert_not(output_is_drained(x.output));
        container_ended(0);
        finish(r);
        loop_until(x.event, x.ended);
        cr_assert_eq(x.asked, 0);
        cr_assert_not(output_is_drained(x.output), "a torn line was not taken");
        output_drive(x.output);
        cr_assert(output_is_drained(x.output));
        cr_assert(output_is_delivered(x.output));
        fixture_receive(SIZE_MAX);
        cr_assert_str_eq(x.text, "one\ntorn\n");
}

/* A container that was dead before it was announced: nothing of it is left for the next one. */
Test(output, begins_anew_once_it_is_forgotten)
{
        FakeReply *r;

        fixture_new_output();
        r = attach();
        say(r, STDOUT, "one\ntorn");
        until_text("one\n");
        cr_assert_eq(output_forget(x.output), 0);
        cr_assert_eq(x.state, ATTACHMENT_NONE);
        r = attach(); /* no stored log is asked for */
        say(r, STDOUT, "two\n");
        until_text("one\ntwo\n");
}

Test(output, stream_that_is_refused)
{
        FakeReply *r = fake_engine_expect(x.fake, "POST", ATTACH);

        fake_reply_json(r, 404, "{\"message\":\"no such thing\"}");
        fixture_new_output();
        cr_assert_eq(output_open(x.output), 0);
        loop_until(x.event, x.ended);
        cr_assert_str_eq(x.message, "no such thing");
        cr_assert_eq(x.opened, 0);
}

Test(output, freed_in_on_ended)
{
        FakeReply *r;

        fixture_new_output();
        r = attach();
        x.free_in_ended = true;
        finish(r);
        loop_until(x.event, x.ended);
        loop_settle(x.event);
        cr_assert_null(x.output);
}

Test(output, closed_stream_reports_nothing)
{
        FakeReply *r;

        fixture_new_output();
        r = attach();
        output_close(x.output);
        cr_assert_eq(x.state, ATTACHMENT_NONE);
        cr_assert(output_is_drained(x.output));
        loop_until(x.event, fake_reply_is_hung_up(r));
        output_close(x.output);
        cr_assert_eq(x.ended, 0);
}

Test(output, only_the_streams_that_are_wanted)
{
        FakeReply *r = expect_stream("POST", "/containers/" ID "/attach?stream=1&stderr=1");

        x.config.forward_stdout = false;
        fixture_new_output();
        cr_assert_eq(output_open(x.output), 0);
        say(r, STDERR, "one\n");
        until_text("one\n");
}

Test(output, nothing_is_opened_where_lines_are_not_wanted)
{
        x.config.forward_stdout = x.config.forward_stderr = false;
        fixture_new_output();
        cr_assert_eq(output_open(x.output), 0);
        cr_assert_eq(output_resume(x.output), 0);
        loop_settle(x.event);
        cr_assert_eq(fake_engine_requests(x.fake), 0);
        cr_assert(output_is_drained(x.output));
        output_drive(x.output);
        cr_assert(output_is_delivered(x.output));
}

Test(output, nothing_is_opened_where_the_engine_logs_to_the_journal)
{
        x.facts.container.log_driver = (char *) "journald";
        fixture_new_output();
        cr_assert_eq(output_open(x.output), 0);
        loop_settle(x.event);
        cr_assert_eq(fake_engine_requests(x.fake), 0);
        log_info("ours");
        until_messages("ours");
        has_no_field("CONTAINER_ID_FULL");
}

/* A socket of the test's journald takes a limited number of entries, until they are read. */
Test(output, full_journal_holds_the_stream_back)
{
        enum { N = 5000 };
        static char expected[64 * 1024];
        FakeReply *r;
        char line[16];

        fixture_new_output();
        r = attach();
        for (int i = 0; i < N; i++) {
                (void) snprintf(line, sizeof(line), "%i\n", i);
                strcat(expected, line);
                say(r, STDOUT, line);
        }
        loop_until(x.event, output_extend(x.output));
        container_ended(0);
        finish(r);
        loop_settle(x.event);
        cr_assert_eq(x.ended, 0, "a line that waits comes before the end");
        cr_assert(output_extend(x.output), "a slow journal is waited for");
        cr_assert_not(output_is_delivered(x.output));
        until_text(expected);
        loop_until(x.event, x.ended);
        output_drive(x.output);
        cr_assert(output_is_delivered(x.output));
        cr_assert_not(output_extend(x.output));
}

static void fill_journal(void)
{
        do
                log_info("fills the queue");
        while (!output_extend(x.output));
}

Test(output, room_is_reported)
{
        fixture_new_output();
        fill_journal();
        cr_assert_not(output_is_delivered(x.output));
        loop_until(x.event, (fixture_receive(SIZE_MAX), x.room));
        cr_assert(output_is_delivered(x.output));
}

Test(output, freed_in_on_room)
{
        fixture_new_output();
        x.free_in_room = true;
        fill_journal();
        loop_until(x.event, (fixture_receive(SIZE_MAX), x.room));
        cr_assert_null(x.output);
}

/* The torn line of the end is no line of the stream: its room is reported by on_room. */
Test(output, torn_line_waits_for_room)
{
        FakeReply *r;

        fixture_new_output();
        r = attach();
        say(r, STDERR, "torn");
        container_ended(0);
        finish(r);
        loop_until(x.event, x.ended);
        fill_journal();
        /* What waits for room is limited, too; the rest goes to stderr. */
        for (int i = 0; i < 200; i++)
                log_info("fills what may wait");
        output_drive(x.output);
        cr_assert_not(output_is_drained(x.output));
        loop_until(x.event, (fixture_receive(SIZE_MAX), x.room));
        output_drive(x.output);
        cr_assert(output_is_delivered(x.output));
        until_text("torn\n");
}

Test(output, last_lines_before_ready)
{
        const char *last[OUTPUT_LAST_LINES_MAX];
        FakeReply *r;

        fixture_new_output();
        cr_assert_eq(output_last_lines(x.output, last), 0);
        r = attach();
        say(r, STDOUT, "a\nb\n");
        loop_until(x.event, x.progress == 2);
        cr_assert_eq(output_last_lines(x.output, last), 2);
        cr_assert_str_eq(last[0], "a");
        cr_assert_str_eq(last[1], "b");
        say(r, STDOUT, "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
        loop_until(x.event, x.progress == 12);
        cr_assert_eq(output_last_lines(x.output, last), OUTPUT_LAST_LINES_MAX);
        cr_assert_str_eq(last[0], "0");
        cr_assert_str_eq(last[9], "9");
        x.facts.ready_sent = true;
        say(r, STDOUT, "later\n");
        loop_until(x.event, x.progress == 13);
        cr_assert_eq(output_last_lines(x.output, last), OUTPUT_LAST_LINES_MAX);
        cr_assert_str_eq(last[9], "9");
}

static void assert_last_line(size_t max, const char *expected)
{
        char *line = output_last_line(x.output, max);

        cr_assert_str_eq(line, expected);
        free(line);
}

/* Also after READY=1; as one line of plain text, without its priority. */
Test(output, last_line_that_is_not_blank)
{
        FakeReply *r;

        fixture_new_output();
        cr_assert_null(output_last_line(x.output, 80));
        x.facts.ready_sent = true;
        r = attach();
        say(r, STDOUT, "a\n<3>no \033disk\n \t\n\n");
        loop_until(x.event, x.progress == 4);
        assert_last_line(80, "no disk");
        assert_last_line(2, "no…");
}

/* It is called after the suite's. */
static void redirect(void)
{
        cr_redirect_stdout();
        cr_redirect_stderr();
}

Test(output, by_hand_lines_go_to_stdout_and_stderr, .init = redirect)
{
        FakeReply *r;

        x.facts.in_service = false;
        x.config.raw_fds[STDOUT] = STDOUT_FILENO;
        x.config.raw_fds[STDERR] = STDERR_FILENO;
        fixture_new_output();
        r = attach();
        say(r, STDOUT, "one\n");
        say(r, STDERR, "two\n");
        loop_until(x.event, x.progress == 2);
        cr_assert_not(fixture_receive(1));
        cr_assert_stdout_eq_str("one\n");
        cr_assert_stderr_eq_str("two\n");
}

Test(output, without_journald_lines_go_to_stdout)
{
        (void) unlink(x.journal_path);
        fixture_new_output();
        say(attach(), STDOUT, "one\n");
        loop_until(x.event, x.progress == 1);
        cr_assert_not(fixture_receive(1));
        output_drive(x.output);
        cr_assert_not(output_extend(x.output));
}

Test(output, journald_s_socket_that_is_none)
{
        x.config.journal_socket = "/proc/self";
        cr_assert_lt(output_new(&x.output, x.event, x.engine, &x.config, &x.facts, &(OutputOps){}, NULL), 0);
        cr_assert_null(x.output);
}

/* --log-transport=stream */

static int listener = -EBADF;

static int accept_stream(void)
{
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

        cr_assert_geq(fd, 0);
        return fd;
}

static void listen_stream(void)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };

        strcpy(a.sun_path, x.stream_path);
        listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        cr_assert_eq(bind(listener, (struct sockaddr *) &a, sizeof(a)), 0);
        cr_assert_eq(listen(listener, 5), 0);
        x.config.transport = LOG_TRANSPORT_STREAM;
}

static void until_read(int fd, const char *expected)
{
        char text[256] = "";
        size_t n = 0;

        loop_until(x.event, ({
                           ssize_t k = recv(fd, text + n, sizeof(text) - 1 - n, MSG_DONTWAIT);

                           n += k > 0 ? (size_t) k : 0;
                           n >= strlen(expected);
                   }));
        cr_assert_str_eq(text, expected);
}

Test(output, a_stream_for_each_of_the_two)
{
        _cleanup_close_ int out = -EBADF, err = -EBADF;
        FakeReply *r;

        listen_stream();
        fixture_new_output();
        out = accept_stream();
        err = accept_stream();
        r = attach();
        say(r, STDERR, "two\n");
        say(r, STDOUT, "one\n");
        until_read(out, "web\n\n6\n1\n0\n0\n0\none\n");
        until_read(err, "web\n\n3\n1\n0\n0\n0\ntwo\n");
        log_info("ours");
        until_messages("ours");
        cr_assert_str_eq(x.text, "");
        output_drive(x.output);
        cr_assert_not(output_extend(x.output));
        listener = fd_close(listener);
}

Test(output, tag_that_no_stream_can_have)
{
        listen_stream();
        x.facts.container.log.tag = (char *) "two\nlines";
        fixture_new_output();
        cr_assert_lt(accept4(listener, NULL, NULL, SOCK_CLOEXEC), 0);
        listener = fd_close(listener);
}

Test(output, streams_that_can_t_be_opened)
{
        x.config.transport = LOG_TRANSPORT_STREAM;
        fixture_new_output();
        until_messages("native socket");
        say(attach(), STDOUT, "one\n");
        until_text("one\n");
}
