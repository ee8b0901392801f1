/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The output of a container whose supervisor was killed while it was sending lines: what of them is in the
 * journal decides where it goes on. The journal is a list: libsystemd's functions are replaced by those
 * below. */

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "codec/journal/log-position.h"
#include "journal/journal-search.h"
#include "journal/position-file.h"
#include "output-fixture.h"
#include "util/fd.h"
#include "util/macro.h"

/* The journal */

typedef struct Entry {
        const char *fields[4];
} Entry;

static const Entry *entries;
static size_t n_entries;
static int journal_error;

struct sd_journal {
        char matches[8][160];
        size_t n_matches, at;
};

int sd_journal_open(sd_journal **ret, int flags)
{
        if (journal_error < 0)
                return journal_error;
        *ret = calloc(1, sizeof(**ret));
        return 0;
}

void sd_journal_close(sd_journal *j)
{
        free(j);
}

void sd_journal_flush_matches(sd_journal *j)
{
        j->n_matches = 0;
}

int sd_journal_add_match(sd_journal *j, const void *data, size_t size)
{
        size_t n = size > 0 ? size : strlen(data);

        cr_assert_lt(j->n_matches, ELEMENTSOF(j->matches));
        (void) snprintf(j->matches[j->n_matches++], sizeof(j->matches[0]), "%.*s", (int) n,
                        (const char *) data);
        return 0;
}

int sd_journal_seek_tail(sd_journal *j)
{
        j->at = n_entries;
        return 0;
}

/* Entries are ours, and of this boot, unless they say something else. */
static bool is_default(const char *match, const Entry *e)
{
        char uid[32];

        (void) snprintf(uid, sizeof(uid), "_UID=%u", (unsigned) getuid());
        if (strcmp(match, uid) != 0)
                return strncmp(match, "_BOOT_ID=", strlen("_BOOT_ID=")) == 0;
        for (size_t i = 0; i < ELEMENTSOF(e->fields) && e->fields[i]; i++)
                if (strncmp(e->fields[i], "_UID=", strlen("_UID=")) == 0)
                        return false;
        return true;
}

static bool matches(const sd_journal *j, const Entry *e)
{
        for (size_t m = 0; m < j->n_matches; m++) {
                bool found = is_default(j->matches[m], e);

                for (size_t i = 0; i < ELEMENTSOF(e->fields) && e->fields[i]; i++)
                        found = found || strcmp(e->fields[i], j->matches[m]) == 0;
                if (!found)
                        return false;
        }
        return true;
}

int sd_journal_previous(sd_journal *j)
{
        while (j->at > 0)
                if (matches(j, &entries[--j->at]))
                        return 1;
        return 0;
}

int sd_journal_get_data(sd_journal *j, const char *field, const void **data, size_t *size)
{
        const Entry *e = &entries[j->at];

        for (size_t i = 0; i < ELEMENTSOF(e->fields) && e->fields[i]; i++)
                if (strncmp(e->fields[i], field, strlen(field)) == 0 && e->fields[i][strlen(field)] == '=') {
                        *data = e->fields[i];
                        *size = strlen(e->fields[i]);
                        return 0;
                }
        return -ENOENT;
}

static void journal_has(const Entry *list, size_t n)
{
        entries = list;
        n_entries = n;
}

Test(journal_search, last_of_an_epoch)
{
        static const Entry list[] = {
                { { "CONTAINER_LOG_EPOCH=a", "CONTAINER_LOG_ORDINAL=1" } },
                { { "CONTAINER_LOG_EPOCH=b", "CONTAINER_LOG_ORDINAL=1" } },
                { { "CONTAINER_LOG_EPOCH=a", "CONTAINER_LOG_ORDINAL=2" } },
                { { "CONTAINER_LOG_EPOCH=a", "CONTAINER_LOG_ORDINAL=3" } },
                { { "CONTAINER_LOG_EPOCH=b", "CONTAINER_LOG_ORDINAL=4" } },
                { { "CONTAINER_LOG_EPOCH=a", "CONTAINER_LOG_ORDINAL=4", "_UID=4242" } },
        };
        uint64_t last = 0;

        journal_has(list, ELEMENTSOF(list));
        for (uint64_t to = 3; to < 20; to++) {
                cr_assert_eq(journal_find_last("a", 0, to, &last), 0);
                cr_assert_eq(last, 3);
        }
        cr_assert_eq(journal_find_last("b", 0, 3, &last), 0);
        cr_assert_eq(last, 1);
        cr_assert_eq(journal_find_last("c", 5, 9, &last), 0);
        cr_assert_eq(last, 5);
        journal_error = -EACCES;
        cr_assert_eq(journal_find_last("a", 0, 3, &last), -EACCES);
        cr_assert_eq(last, 5);
}

Test(journal_search, last_lines_of_a_process)
{
        static const Entry list[] = {
                { { "_PID=7", "_TRANSPORT=stdout", "MESSAGE=one" } },
                { { "_PID=8", "_TRANSPORT=stdout", "MESSAGE=no" } },
                { { "_PID=7", "_TRANSPORT=journal", "MESSAGE=no" } },
                { { "_PID=7", "_TRANSPORT=stdout", "MESSAGE=two" } },
                { { "_PID=7", "_TRANSPORT=stdout" } },
        };
        uint64_t hashes[3];

        journal_has(list, ELEMENTSOF(list));
        cr_assert_eq(journal_last_lines(7, hashes, 3), 2);
        cr_assert_eq(hashes[0], log_line_hash("two", 3));
        cr_assert_eq(hashes[1], log_line_hash("one", 3));
        cr_assert_eq(journal_last_lines(7, hashes, 1), 1);
        cr_assert_eq(hashes[0], log_line_hash("two", 3));
        journal_error = -EACCES;
        cr_assert_eq(journal_last_lines(7, hashes, 3), -EACCES);
}

/* Adoption */

static int varlink = -EBADF, connection = -EBADF;
static char varlink_path[96];
static uint64_t begin;

static void setup(void)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };

        fixture_setup();
        (void) snprintf(varlink_path, sizeof(varlink_path), "%s/varlink", x.folder);
        x.config.varlink_socket = varlink_path;
        strcpy(a.sun_path, varlink_path);
        varlink = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        cr_assert_eq(bind(varlink, (struct sockaddr *) &a, sizeof(a)), 0);
        cr_assert_eq(listen(varlink, 5), 0);
        begin = now_nsec();
}

static void teardown(void)
{
        connection = fd_close(connection);
        varlink = fd_close(varlink);
        fixture_teardown();
}

TestSuite(adoption, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

/* Lines "1" to "4", the first of which is in the journal for sure. */
static void leave_position(bool without_ordinals)
{
        PositionFile *f = NULL;
        bool found;
        LogPosition *p;

        cr_assert_eq(position_file_new(&f, x.position_path, "web", ID, &found), 0);
        cr_assert_not(found);
        p = position_file_get(f);
        log_position_init(p, ID, "epoch", begin);
        p->pid = 7;
        p->without_ordinals = without_ordinals;
        for (int i = 0; i < 4; i++)
                log_position_offer(p, STDOUT, log_line_hash((char[1]){ (char) ('1' + i) }, 1), begin);
        log_position_sent(p, 1);
        log_position_stream_sent(p, STDOUT, 1);
        position_file_free(f);
        x.facts.adopted = true;
        container_runs();
}

/* The engine's log has them all. */
static void expect_stored(void)
{
        FakeReply *list = expect_stream("GET", LIST), *follow = expect_stream("GET", FOLLOW);

        for (int i = 0; i < 4; i++) {
                char line[] = { (char) ('1' + i), '\n', 0 };

                say_stored(list, STDOUT, begin + (uint64_t) i, line);
                say_stored(follow, STDOUT, begin + (uint64_t) i, line);
        }
        finish(list);
        say_stored(follow, STDOUT, begin + 4, "5\n");
}

static void open_output(void)
{
        fixture_new_output();
        cr_assert_eq(output_open(x.output), 0);
        cr_assert_eq(x.state, ATTACHMENT_OPENING, "it waits for journald");
        connection = accept4(varlink, NULL, NULL, SOCK_CLOEXEC);
        cr_assert_geq(connection, 0);
        loop_settle(x.event);
        cr_assert_eq(x.state, ATTACHMENT_OPENING);
        cr_assert_eq(fake_engine_requests(x.fake), 0);
}

static void answer(void)
{
        cr_assert_eq(send(connection, "{}", 3, 0), 3);
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
}

Test(adoption, lines_that_journald_has_do_not_come_again)
{
        static const Entry list[] = {
                { { "CONTAINER_LOG_EPOCH=epoch", "CONTAINER_LOG_ORDINAL=1" } },
                { { "CONTAINER_LOG_EPOCH=epoch", "CONTAINER_LOG_ORDINAL=2" } },
        };

        leave_position(false);
        open_output();
        /* What it writes on being asked. */
        journal_has(list, ELEMENTSOF(list));
        expect_stored();
        answer();
        until_text("3\n4\n5\n");
        cr_assert_str_eq(x.messages, "");
}

Test(adoption, lines_of_a_stream_are_known_by_what_they_say)
{
        static const Entry list[] = {
                { { "_PID=7", "_TRANSPORT=stdout", "MESSAGE=2" } },
                { { "_PID=7", "_TRANSPORT=stdout", "MESSAGE=3" } },
                { { "_PID=8", "_TRANSPORT=stdout", "MESSAGE=4" } },
        };

        leave_position(true);
        open_output();
        journal_has(list, ELEMENTSOF(list));
        expect_stored();
        answer();
        until_text("4\n5\n");
}

Test(adoption, other_sources_are_served_meanwhile)
{
        static const Entry list[] = {
                { { "CONTAINER_LOG_EPOCH=epoch", "CONTAINER_LOG_ORDINAL=2" } },
                { { "CONTAINER_LOG_EPOCH=epoch", "CONTAINER_LOG_ORDINAL=3" } },
                { { "CONTAINER_LOG_EPOCH=epoch", "CONTAINER_LOG_ORDINAL=4" } },
        };

        leave_position(false);
        open_output();
        cr_assert_eq(output_resume(x.output), 0);
        cr_assert_eq(output_open(x.output), 0, "it is under way");
        cr_assert_not(output_is_drained(x.output));
        cr_assert_lt(accept4(varlink, NULL, NULL, SOCK_CLOEXEC), 0);
        journal_has(list, ELEMENTSOF(list));
        expect_stored();
        answer();
        until_text("5\n");
}

Test(adoption, journald_that_hangs_up)
{
        leave_position(false);
        open_output();
        expect_stored();
        connection = fd_close(connection);
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
        until_text("2\n3\n4\n5\n");
}

Test(adoption, journald_that_is_away)
{
        leave_position(false);
        varlink = fd_close(varlink);
        fixture_new_output();
        expect_stored();
        cr_assert_eq(output_open(x.output), 0);
        cr_assert_eq(x.state, ATTACHMENT_OPEN);
        until_text("2\n3\n4\n5\n");
}

/* A limit of five seconds. */
Test(adoption, journald_that_does_not_answer)
{
        uint64_t before = now_nsec();

        leave_position(false);
        open_output();
        expect_stored();
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
        cr_assert_geq(now_nsec() - before, 4 * NSEC_PER_SEC);
        until_text("2\n3\n4\n5\n");
}

Test(adoption, journal_that_can_t_be_read)
{
        leave_position(false);
        open_output();
        journal_error = -EACCES;
        expect_stored();
        answer();
        until_text("2\n3\n4\n5\n");
        until_messages("may come twice, because the journal can't be read");
}

/* The position is as it was: the next supervisor asks once more. */
Test(adoption, closed_and_opened_meanwhile)
{
        leave_position(false);
        open_output();
        output_close(x.output);
        cr_assert_eq(x.state, ATTACHMENT_NONE);
        cr_assert(output_is_drained(x.output));
        connection = fd_close(connection);
        cr_assert_eq(output_resume(x.output), 0);
        cr_assert_eq(x.state, ATTACHMENT_OPENING);
        connection = accept4(varlink, NULL, NULL, SOCK_CLOEXEC);
        expect_stored();
        answer();
        until_text("2\n3\n4\n5\n");
}

Test(adoption, freed_meanwhile)
{
        char path[160];
        struct stat st;

        (void) snprintf(path, sizeof(path), "%s/web/position", x.position_path);
        leave_position(false);
        open_output();
        x.output = output_free(x.output);
        cr_assert_eq(stat(path, &st), 0);
        loop_settle(x.event);
}

/* It is not this one's: the container was not adopted. */
Test(adoption, position_of_an_earlier_life)
{
        leave_position(false);
        x.facts.adopted = false;
        (void) expect_stream("POST", ATTACH);
        fixture_new_output();
        cr_assert_eq(output_open(x.output), 0);
        loop_until(x.event, x.state == ATTACHMENT_OPEN);
        cr_assert_lt(accept4(varlink, NULL, NULL, SOCK_CLOEXEC), 0);
}
