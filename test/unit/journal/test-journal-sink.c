/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Entries for journald. The test itself takes its place, with a bound datagram socket. */

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "journal/journal-sink.h"
#include "loop.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

static sd_event *event;
static JournalSink *sink;
static char folder[64], path[96];
static int journald = -EBADF;

static void journald_start(void)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };

        strcpy(a.sun_path, path);
        journald = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        cr_assert_geq(journald, 0);
        cr_assert_eq(bind(journald, (struct sockaddr *) &a, sizeof(a)), 0);
}

static void journald_stop(void)
{
        journald = fd_close(journald);
        (void) unlink(path);
}

typedef struct Seen {
        unsigned room;
        bool free_in_room;
        bool send_in_room;
        unsigned next; /* the number of the next entry that on_room sends */
} Seen;

static Seen seen;
static JournalFields no_fields;

static int take_number(unsigned n, JournalSinkKind kind)
{
        char text[32];

        (void) snprintf(text, sizeof(text), "entry %u", n);
        return journal_sink_send(sink, kind, &no_fields, text, strlen(text));
}

static int send_number(unsigned n)
{
        return take_number(n, JOURNAL_LINE);
}

static void on_room(void *userdata)
{
        cr_assert_eq(userdata, &seen);
        seen.room++;
        if (seen.free_in_room)
                sink = journal_sink_free(sink);
        while (seen.send_in_room && send_number(seen.next) > 0)
                seen.next++;
}

static const JournalOps ops = { on_room };

static void setup(void)
{
        event = loop_new();
        strcpy(folder, "/tmp/journal-sink-XXXXXX");
        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(path, sizeof(path), "%s/socket", folder);
        journald_start();
        cr_assert_eq(journal_sink_new(&sink, event, path, &ops, &seen), 0);
}

static void teardown(void)
{
        sink = journal_sink_free(sink);
        journald_stop();
        (void) rmdir(folder);
        event = sd_event_unref(event);
}

TestSuite(journal_sink, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

/* The next entry, from a datagram or from the memfd that came with an empty one. It belongs to the caller.
 */
static char *receive(size_t *ret_size, bool *ret_is_memfd)
{
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(int))];
        } control = {};
        static char datagram[256 * 1024];
        struct iovec iov = { datagram, sizeof(datagram) };
        struct msghdr m = {
                .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
        };
        struct cmsghdr *c;
        struct stat st;
        ssize_t n = recvmsg(journald, &m, MSG_CMSG_CLOEXEC);
        char *data;
        int fd;

        if (n < 0)
                return NULL;
        cr_assert_not(m.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
        c = CMSG_FIRSTHDR(&m);
        if (n == 0 && !c) /* journald ignores it */
                return receive(ret_size, ret_is_memfd);
        *ret_is_memfd = c;
        if (c) {
                cr_assert_eq(n, 0);
                cr_assert_eq(c->cmsg_type, SCM_RIGHTS);
                memcpy(&fd, CMSG_DATA(c), sizeof(fd));
                /* the seals that journald requires */
                cr_assert_eq(fcntl(fd, F_GET_SEALS) &
                                     (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL),
                             F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
                cr_assert_eq(fstat(fd, &st), 0);
                data = malloc((size_t) st.st_size + 1);
                n = pread(fd, data, (size_t) st.st_size, 0);
                cr_assert_eq(n, st.st_size);
                close(fd);
        } else {
                data = malloc((size_t) n + 1);
                memcpy(data, datagram, (size_t) n);
        }
        data[n] = 0;
        *ret_size = (size_t) n;
        return data;
}

static void check_received(const char *expected)
{
        size_t size;
        bool memfd;
        char *s = receive(&size, &memfd);

        cr_assert_not_null(s, "expected %s", expected);
        cr_assert_not(memfd);
        cr_assert_eq(size, strlen(expected));
        cr_assert_str_eq(s, expected);
        free(s);
}

static void check_nothing(void)
{
        size_t size;
        bool memfd;

        cr_assert_null(receive(&size, &memfd));
}

Test(journal_sink, entry_of_all_parts)
{
        JournalFields constant = JOURNAL_FIELDS_NULL, fields = JOURNAL_FIELDS_NULL;

        cr_assert_eq(journal_field_append_string(&constant, "CONTAINER_NAME", "a"), 0);
        cr_assert_eq(journal_field_append_string(&fields, "PRIORITY", "6"), 0);
        journal_sink_set_constant_fields(sink, &constant);
        cr_assert_null(constant.data, "taken over");
        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &fields, "hello", 5), 1);
        loop_settle(event);
        check_received("CONTAINER_NAME=a\nPRIORITY=6\nMESSAGE=hello\n");
        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &no_fields, "", 0), 1);
        loop_settle(event);
        check_received("CONTAINER_NAME=a\nMESSAGE=\n");
        cr_assert_eq(journal_field_append_string(&constant, "CONTAINER_NAME", "b"), 0);
        /* an entry has the fields that were set when it was accepted */
        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &no_fields, "x", 1), 1);
        journal_sink_set_constant_fields(sink, &constant);
        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &no_fields, "x", 1), 1);
        loop_settle(event);
        check_received("CONTAINER_NAME=a\nMESSAGE=x\n");
        check_received("CONTAINER_NAME=b\nMESSAGE=x\n");
        journal_fields_done(&fields);
}

Test(journal_sink, message_with_newline)
{
        static const char expected[] = "MESSAGE\n\3\0\0\0\0\0\0\0a\nb\n";
        size_t size;
        bool memfd;
        char *s;

        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &no_fields, "a\nb", 3), 1);
        cr_assert(journal_sink_flush(sink));
        s = receive(&size, &memfd);
        cr_assert_eq(size, sizeof(expected) - 1);
        cr_assert_arr_eq(s, expected, size);
        free(s);
}

static void check_numbers(unsigned from, unsigned to)
{
        char expected[48];

        for (unsigned i = from; i < to; i++) {
                (void) snprintf(expected, sizeof(expected), "MESSAGE=entry %u\n", i);
                check_received(expected);
        }
}

/* Many lines, one wake-up, one send. */
Test(journal_sink, sent_at_the_end_of_the_wake_up)
{
        for (unsigned i = 0; i < 5; i++)
                cr_assert_eq(send_number(i), 1);
        check_nothing();
        loop_settle(event);
        check_numbers(0, 5);
        check_nothing();
        loop_settle(event);
        cr_assert_eq(seen.room, 0, "there always was room");
}

/* Sends until nothing more is accepted. Returns the number of accepted entries. */
static unsigned fill(void)
{
        unsigned n = 0;
        int r;

        while ((r = send_number(n)) > 0)
                n++;
        cr_assert_eq(r, 0);
        cr_assert_not(journal_sink_flush(sink));
        return n;
}

/* Reads so many entries, and lets the sink send in between. */
static void check_numbers_slowly(unsigned from, unsigned to)
{
        while (from < to) {
                struct pollfd p = { .fd = journald, .events = POLLIN };

                if (poll(&p, 1, 0) > 0) {
                        check_numbers(from, from + 1);
                        from++;
                } else
                        (void) sd_event_run(event, 1000);
        }
}

Test(journal_sink, full_queue)
{
        unsigned n = fill();

        cr_assert_gt(n, 0);
        loop_settle(event);
        cr_assert_eq(seen.room, 0, "there is no room yet");
        cr_assert_eq(send_number(n), 0);
        check_numbers_slowly(0, n);
        loop_until(event, seen.room == 1);
        loop_settle(event);
        cr_assert_eq(seen.room, 1, "said once");
        cr_assert_eq(send_number(n), 1);
        loop_settle(event);
        check_numbers(n, n + 1);
        check_nothing();
}

/* What waits stays, and an empty batch is as good as before. */
Test(journal_sink, gives_memory_back)
{
        unsigned n = fill();

        journal_sink_give_back(sink);
        check_numbers_slowly(0, n);
        loop_until(event, seen.room == 1);
        loop_settle(event);
        journal_sink_give_back(sink);
        cr_assert_eq(send_number(n), 1);
        journal_sink_give_back(sink);
        loop_settle(event);
        check_numbers(n, n + 1);
        check_nothing();
}

/* Our own messages still have room when lines have none, but that room is limited, too. */
Test(journal_sink, room_for_messages)
{
        unsigned n = fill(), more = 0;

        while (take_number(n + more, JOURNAL_MESSAGE) > 0)
                more++;
        cr_assert_eq(more, 16);
        cr_assert_eq(send_number(n), 0);
        check_numbers_slowly(0, n + more);
        check_nothing();
}

/* While journald does not read, the program uses no processor time. */
Test(journal_sink, does_not_spin)
{
        fill();
        loop_settle(event);
        (void) sd_event_run(event, 20000); /* the short time that it waits after a small burst */
        loop_settle(event);
        cr_assert_eq(sd_event_run(event, 200000), 0);
}

Test(journal_sink, drain)
{
        struct pollfd p = { .fd = journald, .events = POLLIN };
        unsigned n, i = 0;

        cr_assert(journal_sink_drain(sink, 0));
        cr_assert_eq(send_number(0), 1);
        cr_assert(journal_sink_drain(sink, 0));
        check_numbers(0, 1);
        n = fill();
        do {
                cr_assert_eq(poll(&p, 1, 0), 1, "each attempt sends something");
                for (; poll(&p, 1, 0) > 0; i++)
                        check_numbers(i, i + 1);
        } while (!journal_sink_drain(sink, 20000));
        check_numbers(i, n);
        check_nothing();
        journald_stop();
        cr_assert_eq(send_number(0), 1);
        cr_assert_not(journal_sink_drain(sink, 20000));
}

/* journald reads slowly: each entry arrives once and in order. */
Test(journal_sink, outruns_journald)
{
        seen.send_in_room = true;
        seen.next = fill();
        check_numbers_slowly(0, 5000);
        cr_assert_gt(seen.room, 3);
}

Test(journal_sink, may_be_freed_in_on_room)
{
        unsigned n = fill();

        seen.free_in_room = true;
        check_numbers_slowly(0, n);
        loop_until(event, !sink);
        loop_settle(event);
        cr_assert_eq(seen.room, 1);
        cr_assert_null(journal_sink_free(NULL));
}

/* An entry that is too large for a datagram is sent as a memfd, with every byte. */
Test(journal_sink, too_large_for_a_datagram)
{
        size_t n = 40 * 1024 * 1024, size;
        char *big = malloc(n), *s;
        JournalFields fields = JOURNAL_FIELDS_NULL;
        bool memfd;

        for (size_t i = 0; i < n; i++)
                big[i] = (char) ('a' + i % 23);
        cr_assert_eq(journal_field_append_string(&fields, "PRIORITY", "3"), 0);
        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &fields, big, n), 1);
        s = receive(&size, &memfd);
        cr_assert(memfd);
        cr_assert_eq(size, strlen("PRIORITY=3\nMESSAGE=") + n + 1);
        cr_assert_eq(memcmp(s, "PRIORITY=3\nMESSAGE=", 19), 0);
        cr_assert_eq(memcmp(s + 19, big, n), 0);
        cr_assert_eq(s[size - 1], '\n');
        free(s);
        /* and with a newline in it */
        big[7] = '\n';
        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &fields, big, n), 1);
        s = receive(&size, &memfd);
        cr_assert(memfd);
        cr_assert_eq(size, strlen("PRIORITY=3\nMESSAGE\n") + 8 + n + 1);
        cr_assert_eq(memcmp(s + size - 1 - n, big, n), 0);
        free(s);
        /* small entries are still datagrams */
        cr_assert_eq(send_number(1), 1);
        loop_settle(event);
        check_numbers(1, 2);
        journal_fields_done(&fields);
        free(big);
}

/* Too large for the batch, but not for a datagram. The order is kept. */
Test(journal_sink, large_behind_small)
{
        size_t n = 100000, size;
        char *big = malloc(n), *s;
        bool memfd;

        memset(big, 'x', n);
        cr_assert_eq(send_number(0), 1);
        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &no_fields, big, n), 1);
        cr_assert_eq(send_number(1), 1);
        loop_settle(event);
        check_numbers(0, 1);
        s = receive(&size, &memfd);
        cr_assert_eq(size, 8 + n + 1);
        cr_assert_not(memfd);
        free(s);
        check_numbers(1, 2);
        free(big);
}

Test(journal_sink, too_large_and_the_queue_is_full)
{
        size_t n = 40 * 1024 * 1024, size;
        unsigned k = fill();
        char *big = calloc(1, n), *s;
        bool memfd;

        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &no_fields, big, n), 0);
        check_numbers_slowly(0, k);
        loop_until(event, seen.room == 1);
        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &no_fields, big, n), 1);
        s = receive(&size, &memfd);
        cr_assert(memfd);
        free(s);
        free(big);
}

/* The descriptors of entries that were sent as a memfd are closed. */
Test(journal_sink, no_descriptor_is_left)
{
        size_t n = 20 * 1024 * 1024, size;
        char *big = calloc(1, n), *s;
        int before = dup(0), after;
        bool memfd;

        close(before);
        for (unsigned i = 0; i < 5; i++) {
                cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &no_fields, big, n), 1);
                s = receive(&size, &memfd);
                free(s);
        }
        after = dup(0);
        close(after);
        cr_assert_eq(before, after);
        free(big);
}

Test(journal_sink, journald_is_restarted)
{
        unsigned n;

        for (unsigned i = 0; i < 3; i++) {
                cr_assert_eq(send_number(i), 1);
                loop_settle(event);
                check_numbers(i, i + 1);
                journald_stop();
                journald_start();
        }
        /* the new connection is watched for room */
        n = fill();
        check_numbers_slowly(0, n);
        loop_until(event, seen.room == 1);
}

/* The queue was full when journald went away, and its entries are lost. Entries that were only accepted are
 * sent to the next journald. */
Test(journal_sink, journald_is_restarted_with_a_full_queue)
{
        unsigned n = fill(), first;
        size_t size;
        bool memfd;
        char *s;

        journald_stop();
        loop_settle(event);
        journald_start();
        loop_until(event, (s = receive(&size, &memfd)));
        cr_assert_eq(sscanf(s, "MESSAGE=entry %u\n", &first), 1);
        cr_assert_geq(n - first, 100);
        free(s);
        check_numbers_slowly(first + 1, n);
        check_nothing();
        loop_until(event, seen.room == 1);
}

/* Nothing is lost, and on_room is not called before journald is back. */
Test(journal_sink, journald_is_away_for_a_while)
{
        journald_stop();
        for (unsigned i = 0; i < 3; i++)
                cr_assert_eq(send_number(i), 1);
        loop_settle(event);
        cr_assert_not(journal_sink_flush(sink));
        cr_assert_eq(send_number(3), 1);
        loop_settle(event);
        cr_assert_eq(seen.room, 0);
        journald_start();
        loop_until(event, seen.room == 1);
        cr_assert_eq(send_number(4), 1);
        loop_settle(event);
        check_numbers(0, 5);
}

/* An entry that is too large for the batch also waits. */
Test(journal_sink, journald_is_away_for_a_large_one)
{
        size_t n = 100000, size;
        char *big = calloc(1, n), *s;
        bool memfd;

        journald_stop();
        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &no_fields, big, n), 0);
        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &no_fields, big, n), 0);
        journald_start();
        loop_until(event, seen.room == 1);
        cr_assert_eq(journal_sink_send(sink, JOURNAL_LINE, &no_fields, big, n), 1);
        s = receive(&size, &memfd);
        cr_assert_eq(size, 8 + n + 1);
        free(s);
        check_nothing();
        free(big);
}

Test(journal_sink, there_is_no_journald)
{
        char too_long[200];
        JournalSink *s = (JournalSink *) 42;

        cr_assert_eq(journal_sink_new(&s, event, "/nowhere/at/all", &ops, &seen), -ENOENT);
        memset(too_long, '/', sizeof(too_long));
        too_long[sizeof(too_long) - 1] = 0;
        cr_assert_eq(journal_sink_new(&s, event, too_long, &ops, &seen), -ENAMETOOLONG);
        cr_assert_eq(s, (JournalSink *) 42);
}
