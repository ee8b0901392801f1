/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A journald that is the test itself is asked to write the journal. */

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "journal/journal-sync.h"
#include "loop.h"
#include "util/fd.h"
#include "util/macro.h"

static sd_event *event;
static JournalSync *js;
static char folder[64], path[96];
static int listener = -EBADF, connection = -EBADF;
static unsigned done;
static int result;

static void on_done(int r, void *userdata)
{
        cr_assert_eq(userdata, &js);
        done++;
        result = r;
        js = journal_sync_free(js);
}

static const JournalSyncOps ops = { on_done };

static void setup(void)
{
        struct sockaddr_un a = { .sun_family = AF_UNIX };

        event = loop_new();
        strcpy(folder, "/tmp/journal-sync-XXXXXX");
        cr_assert_not_null(mkdtemp(folder));
        (void) snprintf(path, sizeof(path), "%s/socket", folder);
        strcpy(a.sun_path, path);
        listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        cr_assert_eq(bind(listener, (struct sockaddr *) &a, sizeof(a)), 0);
        cr_assert_eq(listen(listener, 0), 0);
}

static void teardown(void)
{
        js = journal_sync_free(js);
        connection = fd_close(connection);
        listener = fd_close(listener);
        (void) unlink(path);
        (void) rmdir(folder);
        event = sd_event_unref(event);
}

TestSuite(journal_sync, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static void ask(uint64_t timeout_usec)
{
        static const char wanted[] = "{\"method\":\"io.systemd.Journal.Synchronize\"}";
        char call[128];

        cr_assert_eq(journal_sync_new(&js, event, path, timeout_usec, &ops, &js), 0);
        connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        cr_assert_geq(connection, 0);
        cr_assert_eq(recv(connection, call, sizeof(call), 0), sizeof(wanted));
        cr_assert_arr_eq(call, wanted, sizeof(wanted));
}

Test(journal_sync, answered)
{
        ask(UINT64_MAX);
        loop_settle(event);
        cr_assert_eq(done, 0);
        cr_assert_eq(send(connection, "{}", 3, 0), 3);
        loop_until(event, done);
        cr_assert_eq(result, 0);
        cr_assert_null(js);
        loop_settle(event);
        cr_assert_eq(done, 1);
}

Test(journal_sync, not_in_time)
{
        ask(1000);
        loop_until(event, done);
        cr_assert_eq(result, -ETIMEDOUT);
}

Test(journal_sync, hung_up)
{
        ask(UINT64_MAX);
        connection = fd_close(connection);
        loop_until(event, done);
        cr_assert_eq(result, -ECONNRESET);
}

Test(journal_sync, nobody_there)
{
        listener = fd_close(listener);
        cr_assert_eq(journal_sync_new(&js, event, path, 1000, &ops, &js), -ECONNREFUSED);
        (void) unlink(path);
        cr_assert_eq(journal_sync_new(&js, event, path, 1000, &ops, &js), -ENOENT);
        cr_assert_lt(journal_sync_new(&js, event, "", 1000, &ops, &js), 0);
        cr_assert_eq(done, 0);
}

/* It does not accept connections any more. */
Test(journal_sync, does_not_wait_for_a_journald_that_hangs)
{
        JournalSync *first = NULL;
        int r = 0;

        cr_assert_eq(journal_sync_new(&first, event, path, UINT64_MAX, &ops, &js), 0);
        for (int i = 0; i < 10 && r == 0; i++) {
                js = journal_sync_free(js);
                r = journal_sync_new(&js, event, path, UINT64_MAX, &ops, &js);
        }
        cr_assert_eq(r, -EAGAIN);
        journal_sync_free(first);
}
