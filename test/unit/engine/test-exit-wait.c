/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's report of how a container ended. */

#include <string.h>

#include "engine/curl-glue.h"
#include "engine/exit-wait.h"
#include "fake-engine.h"
#include "loop.h"

static sd_event *event;
static FakeEngine *fake;
static Engine *engine;
static ExitWait *w;

static struct {
        Attachment states[16];
        size_t n;
        int code;
        unsigned told;
} seen;

static void on_state(Attachment state, void *userdata)
{
        cr_assert_eq(userdata, &seen);
        cr_assert_lt(seen.n, ELEMENTSOF(seen.states));
        seen.states[seen.n++] = state;
}

static void on_exit_code(int code, void *userdata)
{
        cr_assert_eq(userdata, &seen);
        seen.code = code;
        seen.told++;
}

static const ExitWaitOps ops = { on_state, on_exit_code };

static Attachment last_state(void)
{
        return seen.n > 0 ? seen.states[seen.n - 1] : ATTACHMENT_NONE;
}

static void setup(void)
{
        cr_assert_eq(curl_glue_global_init(false), 0);
        event = loop_new();
        fake = fake_engine_new(event);
        engine = fake_engine_client(fake);
        engine_set_version(engine, &(ApiVersion){ 1, 41 });
        seen.code = -1;
        cr_assert_eq(exit_wait_new(&w, engine, &ops, &seen), 0);
}

static void teardown(void)
{
        w = exit_wait_free(w);
        engine = engine_free(engine);
        fake = fake_engine_free(fake);
        sd_event_unref(event);
}

TestSuite(exit_wait, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static FakeReply *expect_wait(void)
{
        return fake_engine_expect(fake, "POST", "/containers/web/wait?condition=next-exit");
}

Test(exit_wait, tells_once_and_ends)
{
        FakeReply *reply = expect_wait();

        fake_reply_open(reply);
        fake_reply_wait(reply);
        fake_reply_send_text(reply, "{\"Status");
        fake_reply_send_text(reply, "Code\":3}\n");
        fake_reply_close(reply);
        cr_assert_eq(exit_wait_open(w, "web"), 0);
        cr_assert_eq(last_state(), ATTACHMENT_OPENING);
        loop_until(event, last_state() == ATTACHMENT_OPEN);
        cr_assert_eq(seen.told, 0);
        fake_reply_go(reply);
        loop_until(event, last_state() == ATTACHMENT_ENDED);
        cr_assert_eq(seen.told, 1);
        cr_assert_eq(seen.code, 3);
}

Test(exit_wait, is_opened_anew_for_another_life)
{
        FakeReply *first = expect_wait(), *second = expect_wait();

        fake_reply_open(first);
        fake_reply_send_text(first, "{\"StatusCode\":1}");
        fake_reply_close(first);
        fake_reply_open(second);
        fake_reply_send_text(second, "{\"StatusCode\":7}");
        fake_reply_close(second);
        cr_assert_eq(exit_wait_open(w, "web"), 0);
        loop_until(event, last_state() == ATTACHMENT_ENDED);
        cr_assert_eq(seen.code, 1);
        cr_assert_eq(exit_wait_open(w, "web"), 0);
        loop_until(event, last_state() == ATTACHMENT_ENDED);
        cr_assert_eq(seen.code, 7);
        cr_assert_eq(seen.told, 2);
}

Test(exit_wait, a_broken_connection_ends_it_without_a_word)
{
        FakeReply *reply = expect_wait();

        fake_reply_open(reply);
        fake_reply_close(reply);
        cr_assert_eq(exit_wait_open(w, "web"), 0);
        loop_until(event, last_state() == ATTACHMENT_ENDED);
        cr_assert_eq(seen.told, 0);
}

Test(exit_wait, an_answer_without_end_or_sense_is_no_status)
{
        FakeReply *reply = expect_wait();
        char junk[1024];

        memset(junk, '{', sizeof(junk));
        fake_reply_open(reply);
        for (size_t i = 0; i < 64; i++)
                fake_reply_send(reply, junk, sizeof(junk));
        fake_reply_close(reply);
        cr_assert_eq(exit_wait_open(w, "web"), 0);
        loop_until(event, last_state() == ATTACHMENT_ENDED);
        cr_assert_eq(seen.told, 0);
}

Test(exit_wait, an_error_of_the_engine_ends_it)
{
        fake_reply_json(expect_wait(), 404, "{\"message\":\"No such container: web\"}");
        cr_assert_eq(exit_wait_open(w, "web"), 0);
        loop_until(event, last_state() == ATTACHMENT_ENDED);
        cr_assert_eq(seen.told, 0);
}

/* Before API 1.30, the engine answers at once for a container that does not run yet. */
Test(exit_wait, is_not_asked_of_an_old_engine)
{
        engine_set_version(engine, &(ApiVersion){ 1, 29 });
        cr_assert_eq(exit_wait_open(w, "web"), 0);
        loop_settle(event);
        cr_assert_eq(last_state(), ATTACHMENT_NONE);
        cr_assert_eq(fake_engine_requests(fake), 0);
}

Test(exit_wait, says_no_more_once_closed)
{
        FakeReply *reply = expect_wait();
        size_t n;

        fake_reply_open(reply);
        fake_reply_wait(reply);
        fake_reply_send_text(reply, "{\"StatusCode\":3}");
        fake_reply_close(reply);
        cr_assert_eq(exit_wait_open(w, "web"), 0);
        loop_until(event, last_state() == ATTACHMENT_OPEN);
        exit_wait_close(w);
        cr_assert_eq(last_state(), ATTACHMENT_NONE);
        n = seen.n;
        fake_reply_go(reply);
        loop_settle(event);
        cr_assert_eq(seen.n, n);
        cr_assert_eq(seen.told, 0);
        cr_assert_null(exit_wait_free(NULL));
}
