/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Requests to the engine for which no state waits. */

#include "engine/curl-glue.h"
#include "fake-engine.h"
#include "loop.h"
#include "supervisor/machine.h"
#include "supervisor/step.h"

static sd_event *event;
static FakeEngine *fake;
static Supervisor supervisor;
static unsigned first_done, second_done;

static void setup(void)
{
        cr_assert_eq(curl_glue_global_init(false), 0);
        event = loop_new();
        fake = fake_engine_new(event);
        supervisor = (Supervisor){ .event = event, .engine = fake_engine_client(fake) };
        first_done = second_done = 0;
}

static void teardown(void)
{
        side_calls_free(&supervisor);
        engine_free(supervisor.engine);
        fake_engine_free(fake);
        sd_event_unref(event);
}

TestSuite(side_call, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static void on_first(Supervisor *s, int r, const EngineReply *reply)
{
        first_done++;
        side_calls_free(s);
        /* The reply belongs to the answered call, which lives longer than its callback. */
        cr_assert_str_eq(reply->body, "{}");
}

static void on_second(Supervisor *s, int r, const EngineReply *reply)
{
        second_done++;
}

Test(side_call, callback_may_free_all_of_them)
{
        FakeReply *first = fake_engine_expect(fake, "GET", "/first"),
                  *second = fake_engine_expect(fake, "GET", "/second");

        fake_reply_json(first, 200, "{}");
        fake_reply_wait(second);
        supervisor_side_call(&supervisor, engine_path("/first"), on_first, (EngineCall){ .method = "GET" });
        supervisor_side_call(&supervisor, engine_path("/second"), on_second,
                             (EngineCall){ .method = "GET" });
        loop_until(event, first_done);
        loop_until(event, fake_reply_is_hung_up(second));
        cr_assert_null(supervisor.side_calls);
        cr_assert_eq(first_done, 1);
        cr_assert_eq(second_done, 0);
}

Test(side_call, each_is_answered_once)
{
        fake_reply_json(fake_engine_expect(fake, "GET", "/second"), 200, "{}");
        supervisor_side_call(&supervisor, engine_path("/second"), on_second,
                             (EngineCall){ .method = "GET" });
        loop_until(event, second_done);
        loop_settle(event);
        cr_assert_eq(second_done, 1);
        cr_assert_null(supervisor.side_calls);
}
