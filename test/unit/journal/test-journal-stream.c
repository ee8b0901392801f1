/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Lines for journald. The test itself takes its place, with a listening stream socket. */

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "codec/systemd/unit-properties.h"
#include "journal/journal-stream.h"
#include "loop.h"
#include "util/fd.h"
#include "util/macro.h"

#define TO(identifier_)                                                                                     \
        (&(JournalStreamHeader){ .identifier = (identifier_), .priority = 6, .prefix = true })
#define HEADER "web.service\n\n6\n1\n0\n0\n0\n"

static sd_event *event;
static JournalStream *stream;
static char folder[64], path[96];
static int listener = -EBADF, connection = -EBADF;

typedef struct Seen {
        unsigned room;
        bool free_in_room;
        const char *large; /* is offered again until it is accepted */
        size_t large_size;
        uint64_t sent;
} Seen;

static Seen seen;

static void offer_large(void)
{
        if (seen.large && journal_stream_send(stream, seen.large, seen.large_size, false) > 0)
                seen.large = NULL;
}

static void on_room(void *userdata)
{
        cr_assert_eq(userdata, &seen);
        seen.room++;
        offer_large();
        if (seen.free_in_room)
                stream = journal_stream_free(stream);
}

static void on_sent(uint64_t n, void *userdata)
{
        cr_assert_gt(n, seen.sent);
        seen.sent = n;
}

static const JournalOps ops = { on_room, on_sent };

static void journald_start(void)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };

        strcpy(a.sun_path, path);
        listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        cr_assert_eq(bind(listener, (struct sockaddr *) &a, sizeof(a)), 0);
        cr_assert_eq(listen(listener, 5), 0);
}

static void journald_stop(void)
{
        connection = fd_close(connection);
        listener = fd_close(listener);
        (void) unlink(path);
}

/* Reads so many bytes, and lets the stream send in between. The result belongs to the caller. */
static char *receive(size_t size)
{
        char *data = malloc(size + 1);
        size_t n = 0;

        while (n < size) {
                ssize_t k = recv(connection, data + n, size - n, MSG_DONTWAIT);

                cr_assert_neq(k, 0, "the stream was closed");
                if (k > 0)
                        n += (size_t) k;
                else
                        (void) sd_event_run(event, 1000);
        }
        data[n] = 0;
        return data;
}

static void check_received(const char *expected)
{
        char *s = receive(strlen(expected));

        cr_assert_str_eq(s, expected);
        free(s);
}

static void check_nothing(void)
{
        char c;

        loop_settle(event);
        cr_assert_lt(recv(connection, &c, 1, MSG_DONTWAIT), 0);
}

static void journald_accept(void)
{
        connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        cr_assert_geq(connection, 0);
        check_received(HEADER);
}

static void setup(void)
{
        event = loop_new();
        strcpy(folder, "/tmp/journal-stream-XXXXXX");
        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(path, sizeof(path), "%s/stdout", folder);
        journald_start();
        cr_assert_eq(journal_stream_new(&stream, event, path, TO("web.service"), &ops, &seen), 0);
        journald_accept();
}

static void teardown(void)
{
        stream = journal_stream_free(stream);
        journald_stop();
        (void) rmdir(folder);
        event = sd_event_unref(event);
}

TestSuite(journal_stream, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static int send_text(const char *text)
{
        return journal_stream_send(stream, text, strlen(text), false);
}

static int send_number(unsigned n)
{
        char text[32];

        (void) snprintf(text, sizeof(text), "line %07u", n);
        return send_text(text);
}

#define NUMBER_SIZE 13U

static void check_numbers(unsigned from, unsigned to)
{
        for (unsigned i = from; i < to; i++) {
                char expected[32];

                (void) snprintf(expected, sizeof(expected), "line %07u\n", i);
                check_received(expected);
        }
}

/* Sends until nothing more is accepted. Returns the number of accepted lines. */
static unsigned fill(void)
{
        unsigned n = 0;

        while (send_number(n) > 0)
                n++;
        cr_assert_not(journal_stream_flush(stream));
        return n;
}

Test(journal_stream, lines_at_the_end_of_the_wake_up)
{
        char c;

        cr_assert_eq(send_text("hello"), 1);
        cr_assert_eq(send_text(""), 1);
        cr_assert_eq(journal_stream_send(stream, "a\0b", 3, false), 1);
        cr_assert_eq(journal_stream_send(stream, "first part", 10, true), 1);
        cr_assert_eq(send_text(" and last"), 1);
        cr_assert_lt(recv(connection, &c, 1, MSG_DONTWAIT), 0);
        loop_settle(event);
        check_received("hello\n\na");
        cr_assert_eq(recv(connection, &c, 1, 0), 1);
        check_received("b\nfirst part and last\n");
        check_nothing();
        cr_assert_eq(seen.sent, 5);
        cr_assert_eq(seen.room, 0);
}

Test(journal_stream, outruns_journald)
{
        unsigned n = fill();

        cr_assert_eq(send_number(n), 0);
        loop_settle(event);
        cr_assert_eq(sd_event_run(event, 100000), 0, "nothing of ours runs while journald does not read");
        cr_assert_eq(seen.room, 0);
        check_numbers(0, n);
        loop_until(event, seen.room == 1);
        cr_assert_eq(seen.sent, n);
        cr_assert_eq(send_number(n), 1);
        loop_settle(event);
        check_numbers(n, n + 1);
        check_nothing();
        cr_assert_eq(seen.room, 1, "said once");
}

/* What waits stays, and an empty buffer is as good as before. */
Test(journal_stream, gives_memory_back)
{
        unsigned n = fill();

        journal_stream_give_back(stream);
        check_numbers(0, n);
        loop_until(event, seen.room == 1);
        journal_stream_give_back(stream);
        cr_assert_eq(send_number(n), 1);
        journal_stream_give_back(stream);
        loop_settle(event);
        check_numbers(n, n + 1);
        check_nothing();
}

/* A line that is larger than our buffer and the socket's is offered until it is accepted, and each byte
 * comes once. */
Test(journal_stream, large_line)
{
        size_t size = 3 * 1024 * 1024;
        char *big = malloc(size), *s;

        for (size_t i = 0; i < size; i++)
                big[i] = (char) ('a' + i % 23);
        cr_assert_eq(send_text("before"), 1);
        seen.large = big;
        seen.large_size = size;
        offer_large();
        cr_assert_not_null(seen.large, "not all of it at once");
        check_received("before\n");
        s = receive(size);
        cr_assert_eq(memcmp(s, big, size), 0);
        cr_assert_null(seen.large);
        cr_assert_eq(send_text("after"), 1);
        check_received("\nafter\n");
        check_nothing();
        free(s);
        free(big);
}

/* A line that was begun and does not come again becomes a line of its own. */
Test(journal_stream, large_line_that_is_given_up)
{
        size_t size = 3 * 1024 * 1024;
        char *big = calloc(1, size);
        char c = 0;

        cr_assert_eq(journal_stream_send(stream, big, size, false), 0);
        while (seen.room == 0) {
                char *s = receive(1024);

                free(s);
                loop_settle(event);
        }
        cr_assert_eq(send_text("other"), 1);
        loop_settle(event);
        while (c == 0)
                cr_assert_eq(recv(connection, &c, 1, MSG_DONTWAIT), 1);
        cr_assert_eq(c, '\n');
        check_received("other\n");
        check_nothing();
        free(big);
}

Test(journal_stream, may_be_freed_in_on_room)
{
        unsigned n = fill();

        seen.free_in_room = true;
        for (unsigned i = 0; i < n && stream; i++)
                check_numbers(i, i + 1);
        loop_until(event, !stream);
        loop_settle(event);
        cr_assert_eq(seen.room, 1);
        cr_assert_null(journal_stream_free(NULL));
}

/* The connection breaks: lines that were not written go to the next connection, and no line is torn. */
Test(journal_stream, journald_goes_and_comes)
{
        unsigned n = fill(), first = 0;
        char *s;

        journald_stop();
        loop_settle(event);
        cr_assert_eq(seen.room, 0);
        journald_start();
        loop_until(event, (connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0);
        check_received(HEADER);
        s = receive(NUMBER_SIZE);
        cr_assert_eq(sscanf(s, "line %07u\n", &first), 1, "%s", s);
        cr_assert_lt(first, n);
        free(s);
        check_numbers(first + 1, n);
        loop_until(event, seen.room == 1);
        cr_assert_eq(send_number(0), 1);
        loop_settle(event);
        check_numbers(0, 1);
        check_nothing();
}

Test(journal_stream, drain)
{
        unsigned n;

        cr_assert(journal_stream_drain(stream, 0));
        cr_assert_eq(send_number(0), 1);
        cr_assert(journal_stream_drain(stream, 0));
        check_numbers(0, 1);
        n = fill();
        cr_assert_not(journal_stream_drain(stream, 20000));
        for (unsigned i = 0; i < n;) {
                while (i < n && recv(connection, &(char){ 0 }, 1, MSG_PEEK | MSG_DONTWAIT) == 1) {
                        check_numbers(i, i + 1);
                        i++;
                }
                (void) journal_stream_drain(stream, 20000);
        }
        cr_assert(journal_stream_drain(stream, 0));
        check_nothing();
}

static void has_header(unsigned forward, const char *expected)
{
        JournalStreamHeader header = *TO("web.service");

        header.forward = forward;
        connection = fd_close(connection);
        stream = journal_stream_free(stream);
        cr_assert_eq(journal_stream_new(&stream, event, path, &header, &ops, &seen), 0);
        connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        cr_assert_geq(connection, 0);
        check_received(expected);
}

Test(journal_stream, forwards)
{
        has_header(JOURNAL_FORWARD_KMSG, "web.service\n\n6\n1\n0\n1\n0\n");
        has_header(JOURNAL_FORWARD_CONSOLE, "web.service\n\n6\n1\n0\n0\n1\n");
        has_header(JOURNAL_FORWARD_KMSG | JOURNAL_FORWARD_CONSOLE, "web.service\n\n6\n1\n0\n1\n1\n");
}

Test(journal_stream, there_is_no_journald)
{
        JournalStream *s = (JournalStream *) 42;
        char too_long[256];

        cr_assert_eq(journal_stream_new(&s, event, "/nowhere/at/all", TO("x"), &ops, &seen), -ENOENT);
        memset(too_long, '/', sizeof(too_long));
        too_long[sizeof(too_long) - 1] = 0;
        cr_assert_eq(journal_stream_new(&s, event, too_long, TO("x"), &ops, &seen), -ENAMETOOLONG);
        cr_assert_eq(journal_stream_new(&s, event, path, TO("a\nb"), &ops, &seen), -EINVAL);
        cr_assert_eq(journal_stream_new(&s, event, path, TO(too_long), &ops, &seen), -EINVAL);
        cr_assert_eq(s, (JournalStream *) 42);
        cr_assert_not(journal_stream_takes_identifier(too_long));
        cr_assert(journal_stream_takes_identifier(too_long + 1)); /* 254 */
}
