/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Memory runs out while a supervisor and its parts are created, or later while one of them begins something:
 * that fails, half-built objects are freed, and no more is broken than what had no memory. */

#include "life-fixture.h"
#include "short-memory.h"
#include "supervisor/request.h"
#include "supervisor/step.h"

TestSuite(short_memory, .init = life_setup, .fini = life_teardown, .timeout = LOOP_TIMEOUT);

Test(short_memory, supervisor)
{
        EngineHost host = ENGINE_HOST_NULL;
        unsigned n;

        life_prepare(STANDING_SERVICE, "--notify=healthy --watchdog=container", "--rm --name web image");
        for (n = 1;; n++) {
                bool failed;
                int r;

                if (!host.path) {
                        host.kind = ENGINE_HOST_UNIX;
                        host.path = strdup(fake_engine_path(x.fake));
                }
                short_memory_begin(n);
                r = life_make(&host);
                failed = short_memory_end();
                cr_assert(r == -ENOMEM || r >= 0, "allocation %u: %i", n, r);
                cr_assert(r >= 0 || !x.s, "allocation %u", n);
                if (!failed)
                        break;
                x.s = supervisor_free(x.s);
                cr_assert_null(x.s);
        }
        cr_assert_gt(n, 20);
        x.event = x.s->event;
        fake_engine_move(x.fake, x.event);
}

static void on_side_call(Supervisor *s, int r, const EngineReply *reply)
{
}

Test(short_memory, requests)
{
        static const EngineRequestOps ops = { .on_done = NULL };

        life_new(STANDING_SERVICE, "", "--name web image");
        SHORT_OF_MEMORY(
                supervisor_side_call(x.s, engine_path("/x"), on_side_call, (EngineCall){ .method = "GET" }),
                side_calls_free(x.s));
        side_calls_free(x.s);
        /* A request of a state: it fails the service, and says which. */
        short_memory_begin(1);
        supervisor_step(x.s, engine_path("/x"), &ops, (EngineCall){ .method = "GET" });
        cr_assert(short_memory_end());
        assert_log("Failed to send a request to the engine: Cannot allocate memory (GET ");
        cr_assert_eq(x.s->facts->failure, 125);
}

Test(short_memory, request_that_creates_the_container)
{
        life_new(STANDING_SERVICE, "", "--name web -e A=b -v /x:/y image");
        engine_set_version(x.s->engine, &(ApiVersion){ 1, 43 });
        SHORT_OF_MEMORY(supervisor_build_request(x.s), );
}

/* The line cannot be made: the failure is said all the same. */
Test(short_memory, failure)
{
        life_new(STANDING_SERVICE, "", "--name web image");
        short_memory_begin(1);
        supervisor_fail(x.s, 125, "A line with %s.", "words");
        cr_assert(short_memory_end());
        assert_log("Out of memory");
        cr_assert_eq(x.s->facts->failure, 125);
}
