/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What is held while systemd is asked whether the engine is stopped. The connection to systemd is replaced
 * when the test is linked (--wrap): a systemd by script is at its other end. */

#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "systemd-by-script.h"
#include "systemd/engine-guard.h"
#include "util/macro.h"

#define BOTH (ENGINE_USE_EVENTS | ENGINE_USE_COMPARE)

static sd_event *event;
static sd_bus *server;
static EngineGuard *guard;
static const char *socket_state; /* NULL: systemd cannot be reached */
static unsigned questions, answers, stopped;
static uint32_t uses;
static bool rests;

int __wrap_unit_bus_open_system(sd_bus **ret);

static void append_unit(sd_bus_message *m, const char *name, const char *active, const char *sub)
{
        cr_assert_geq(sd_bus_message_append(m, "(ssssssouso)", name, "Docker", "loaded", active, sub, "",
                                            "/org/freedesktop/systemd1/unit/x", 0, "", "/"),
                      0);
}

static int on_call(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        bool states =
                sd_bus_message_is_method_call(m, "org.freedesktop.systemd1.Manager", "ListUnitsByNames");
        sd_bus_message *answer = NULL;

        if (!states && !sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "Get"))
                return 0; /* the end of the connection */
        cr_assert_geq(sd_bus_message_new_method_return(m, &answer), 0);
        if (states) {
                cr_assert_geq(sd_bus_message_open_container(answer, 'a', "(ssssssouso)"), 0);
                append_unit(answer, "docker.service", "deactivating", "whatever");
                append_unit(answer, "docker.socket", "active", socket_state);
                cr_assert_geq(sd_bus_message_close_container(answer), 0);
        } else
                cr_assert_geq(sd_bus_message_append(answer, "v", "a(ss)", 1, "Stream", "/run/docker.sock"),
                              0);
        cr_assert_geq(sd_bus_send(NULL, answer, NULL), 0);
        sd_bus_message_unref(answer);
        return 1;
}

static void drop_server(void)
{
        if (!server)
                return;
        (void) sd_bus_detach_event(server);
        server = sd_bus_close_unref(server);
}

int __wrap_unit_bus_open_system(sd_bus **ret)
{
        if (!socket_state)
                return -ECONNREFUSED;
        questions++;
        drop_server();
        *ret = systemd_by_script(event, &server, on_call);
        return 0;
}

static void on_known(uint32_t held, bool value, void *userdata)
{
        cr_assert_eq(userdata, &answers);
        answers++;
        uses = held;
        rests = value;
}

static void on_stopped(void *userdata)
{
        cr_assert_eq(userdata, &answers);
        stopped++;
}

static const EngineGuardOps ops = { on_known, on_stopped };

static void setup(void)
{
        event = loop_new();
        cr_assert_eq(engine_guard_new(&guard, event, "/run/docker.sock", &ops, &answers), 0);
}

static void teardown(void)
{
        guard = engine_guard_free(guard);
        drop_server();
        event = sd_event_unref(event);
}

TestSuite(engine_guard, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

/* Holds use, and waits for the answer. */
static void ask(EngineUse use)
{
        unsigned before = answers;

        cr_assert(engine_guard_hold(guard, use));
        loop_until(event, answers > before);
        loop_settle(event);
        cr_assert_eq(answers, before + 1);
}

Test(engine_guard, states)
{
        static const struct {
                const char *socket;
                bool rests;
                unsigned stopped;
        } table[] = {
                { "listening", true, 1 }, /* stopped */
                { "running", true, 0 },   /* it stops: that is not said */
                { "dead", false, 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                socket_state = table[i].socket;
                stopped = 0;
                ask(ENGINE_USE_EVENTS);
                cr_assert_eq(uses, ENGINE_USE_EVENTS);
                cr_assert_eq(rests, table[i].rests, "%s", table[i].socket);
                cr_assert_eq(stopped, table[i].stopped, "%s", table[i].socket);
        }
}

Test(engine_guard, one_question_for_all_that_is_held)
{
        socket_state = "listening";
        cr_assert(engine_guard_hold(guard, ENGINE_USE_EVENTS));
        ask(ENGINE_USE_COMPARE);
        cr_assert_eq(uses, BOTH);
        cr_assert_eq(questions, 1);
        ask(ENGINE_USE_COMPARE);
        cr_assert_eq(uses, ENGINE_USE_COMPARE, "what was answered is not held any more");
        cr_assert_eq(questions, 2);
}

Test(engine_guard, what_nobody_waits_for_is_not_reported)
{
        socket_state = "listening";
        cr_assert(engine_guard_hold(guard, ENGINE_USE_EVENTS));
        cr_assert(engine_guard_hold(guard, ENGINE_USE_COMPARE));
        engine_guard_drop(guard, ENGINE_USE_EVENTS);
        loop_until(event, answers > 0);
        cr_assert_eq(uses, ENGINE_USE_COMPARE);
}

Test(engine_guard, that_it_is_stopped_is_said_once)
{
        socket_state = "listening";
        ask(ENGINE_USE_EVENTS);
        ask(ENGINE_USE_EVENTS);
        cr_assert_eq(stopped, 1);
        engine_guard_note_open(guard);
        ask(ENGINE_USE_EVENTS);
        cr_assert_eq(stopped, 2);
}

Test(engine_guard, nobody_to_ask)
{
        socket_state = NULL;
        cr_assert(!engine_guard_hold(guard, ENGINE_USE_EVENTS));
        guard = engine_guard_free(guard);
        socket_state = "listening";
        cr_assert_eq(engine_guard_new(&guard, event, NULL, &ops, &answers), 0);
        cr_assert(!engine_guard_hold(guard, ENGINE_USE_EVENTS), "an engine without a socket here");
        cr_assert_eq(questions + answers, 0);
}

Test(engine_guard, freed_before_the_answer)
{
        socket_state = "listening";
        cr_assert(engine_guard_hold(guard, ENGINE_USE_EVENTS));
        guard = engine_guard_free(guard);
        loop_settle(event);
        cr_assert_eq(answers, 0);
}
