/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Whole lives of a service: what happens, and what the supervisor asks and tells because of it. */

#include "life-fixture.h"

TestSuite(life, .init = life_setup, .fini = life_teardown, .timeout = LOOP_TIMEOUT);

/* The container has ended, by everybody's word. */
static void tell_end(int code)
{
        char attribute[32];

        (void) snprintf(attribute, sizeof(attribute), "\"exitCode\":\"%i\",", code);
        tell_event("die", attribute);
        /* The events come on a connection of their own: an exit status that is first is compared. */
        loop_until(x.event, x.s->facts->die_seen);
        tell_exit_code(code);
        tell_output_end();
}

Test(life, exit_status_and_removal)
{
        static const struct {
                const char *own, *run;
                int code;
                bool removes;
        } cases[] = {
                { "", "--rm --name web image", 7, true },
                { "--rm", "--name web image", 0, true },
                { "--rm=false", "--rm --name web image", 0, false },
                { "", "--name web image", 3, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                FakeReply *removal = NULL;

                life_new(STANDING_BY_HAND, cases[i].own, cases[i].run);
                life_to_running();
                if (cases[i].removes)
                        removal = expect("DELETE", "/containers/" ID "?v=", 204, "");
                tell_end(cases[i].code);
                cr_assert_eq(life_end(), cases[i].code, "case %zu", i);
                cr_assert(!removal || fake_reply_request(removal), "case %zu", i);
                life_teardown();
                memset(&x, 0, sizeof(x));
                life_setup();
        }
}

static void service(const char *own, const char *run)
{
        life_new(STANDING_SERVICE, own, run);
        life_to_running();
}

/* The engine stops the container. What it ended with is no failure then. */
Test(life, stop)
{
        static const struct {
                int code, status;
                const char *line;
        } cases[] = {
                { 0, 0, "Container web was stopped, exit status 0." },
                { 143, 0, "Container web was stopped, exit status 143." },
                { 1, 1, "Container web was stopped, exit status 1." },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                FakeReply *stop;

                service("", "--name web image");
                stop = expect("POST", SEND_STOP, 204, "");
                life_signal(SIGTERM, true);
                until_asked(stop);
                until_told("STOPPING=1");
                tell_end(cases[i].code);
                cr_assert_eq(life_end(), cases[i].status, "case %zu", i);
                assert_log(cases[i].line);
                life_teardown();
                memset(&x, 0, sizeof(x));
                life_setup();
        }
}

/* The engine does not stop it, and it does not end in time: and nobody else can: it is asked again,
 * and then told to kill it. */
Test(life, stop_that_is_not_followed)
{
        FakeReply *kill_reply;

        service("", "--name web image");
        expect("POST", SEND_STOP, 500, "{\"message\":\"no\"}");
        life_signal(SIGTERM, true);
        until_log("The engine did not stop the container (no), asking again.");
        kill_reply = expect("POST", "/containers/" ID "/kill?signal=9", 204, "");
        supervisor_on_deadline(NULL, 0, x.s);
        until_asked(kill_reply);
        assert_log("Container web did not stop in time, killing it.");
        supervisor_on_deadline(NULL, 0, x.s);
        until_state(STATE_DRAINING);
        assert_log("The Docker engine did not answer within 20 s: Killing the container.");
        tell_end(137);
        cr_assert_eq(life_end(), 125);
}

/* The kernel says it first; the engine has not noticed until the deadline, and not when it is asked then. */
Test(life, death_that_the_engine_does_not_notice)
{
        FakeReply *inspect;

        x.is_of_container = true;
        service("", "--name web image");
        cr_assert(x.s->facts->process_seen);
        cr_assert_eq(kill(x.child, SIGKILL), 0);
        until_state(STATE_DRAINING);
        tell_output_end();
        loop_until(x.event, x.s->facts->log == ATTACHMENT_ENDED);
        expect("GET", "/containers/" ID "/stats?stream=false&one-shot=true", 500, "{}");
        inspect = expect_inspect(ID, life_child(), "");
        supervisor_on_deadline(NULL, 0, x.s);
        until_asked(inspect);
        (void) life_end();
        assert_log("The engine has not noticed that container web has ended");
}

Test(life, output_that_has_no_end)
{
        service("", "--name web image");
        tell_event("die", "\"exitCode\":\"0\",");
        loop_until(x.event, x.s->facts->die_seen);
        tell_exit_code(0);
        loop_until(x.event, x.s->facts->exit_code == 0);
        supervisor_on_deadline(NULL, 0, x.s);
        cr_assert_eq(life_end(), 0);
        assert_log("The container's output has not come to its end in time, lines may be missing.");
}

/* `docker stop` is not yet an end: it may be the first half of `docker restart`. */
Test(life, docker_restart)
{
        FakeReply *ping, *inspect, *list, *follow;

        service("", "--name web image");
        tell_event("kill", "\"signal\":\"15\",");
        tell_end(0);
        ping = expect_ping();
        expect_logs();
        until_state(STATE_LINGERING);
        until_told("STATUS=Container was stopped by others, waiting for a restart");
        tell_event("stop", "");
        until_asked(ping);
        /* What was written since is in the stored log. */
        list = fake_engine_expect(x.fake, "GET", "/containers/" ID "/logs?");
        fake_reply_open_chunked(list);
        fake_reply_send_text(list, "0\r\n\r\n");
        follow = fake_engine_expect(x.fake, "GET", "/containers/" ID "/logs?");
        fake_reply_open_chunked(follow);
        inspect = expect_inspect(ID, life_child(), "");
        tell_event("start", "");
        until_log("Container web was started again.");
        until_asked(inspect);
        until_state(STATE_RUNNING);
        cr_assert(!x.s->facts->dead);
}

Test(life, docker_stop)
{
        FakeReply *inspect;

        service("", "--name web image");
        tell_event("kill", "\"signal\":\"15\",");
        tell_end(143);
        expect_ping();
        expect_logs();
        until_state(STATE_LINGERING);
        tell_event("stop", "");
        loop_until(x.event, x.s->facts->stopped_by_others);
        loop_settle(x.event);
        inspect = expect_inspect(ID, EXITED(143), "");
        supervisor_on_deadline(NULL, 0, x.s);
        until_asked(inspect);
        cr_assert_eq(life_end(), 0);
        assert_log("Container web was stopped, exit status 143.");
}

/* An engine that goes down takes its containers along, and says it like a `docker stop`. */
Test(life, engine_goes_down)
{
        service("", "--name web image");
        tell_event("kill", "\"signal\":\"15\",");
        tell_end(143);
        expect("GET", "/_ping", 500, "{\"message\":\"going down\"}");
        expect_logs();
        until_log("The Docker engine is going down, and took the container with it.");
        cr_assert(!x.s->facts->stopped_by_others);
}

Test(life, removal_that_fails_is_left_to_the_next_start)
{
        service("--rm", "--name web image");
        expect("DELETE", "/containers/" ID "?v=", 500, "{\"message\":\"busy\"}");
        tell_end(4);
        cr_assert_eq(life_end(), 4);
        assert_log("Failed to remove container web, the next start will: busy");
}

Test(life, removal_that_is_not_answered)
{
        FakeReply *r;

        service("--rm", "--name web image");
        r = fake_engine_expect(x.fake, "DELETE", "/containers/" ID "?v=");
        tell_end(4);
        until_asked(r);
        supervisor_on_deadline(NULL, 0, x.s);
        cr_assert_eq(life_end(), 4);
        assert_log("Failed to remove container web, the next start will: no answer in time.");
}

/* Its last lines say why. */
Test(life, end_before_it_is_ready)
{
        service("--notify", "--name web image");
        tell_end(3);
        cr_assert_eq(life_end(), 3);
        assert_log("Container web ended before it was ready, exit status 3");
        assert_told("STATUS=Container ended with exit status 3");
        cr_assert(!x.s->facts->ready_sent);
}

/* `docker run -i` */
Test(life, standard_input)
{
        FakeReply *input;
        const char *received = NULL;
        size_t n = 0;

        life_new(STANDING_BY_HAND, "", "-i --name web image");
        life_to_created();
        input = fake_engine_expect(x.fake, "POST", "/containers/" ID "/attach?stream=1&stdin=1");
        fake_reply_upgrade(input);
        expect("POST", "/containers/" ID "/start", 204, "");
        expect_inspect(ID, life_child(), "");
        until_state(STATE_RUNNING);
        cr_assert_eq(write(x.input, "word", 4), 4);
        loop_until(x.event, (received = fake_reply_received(input, &n), n >= 4));
        cr_assert_eq(strncmp(received, "word", 4), 0);
        close(x.input);
        loop_until(x.event, fake_reply_is_half_closed(input));
}

Test(life, standard_input_that_is_refused)
{
        life_new(STANDING_BY_HAND, "", "-i --name web image");
        life_to_created();
        expect("POST", "/containers/" ID "/attach?stream=1&stdin=1", 500, "{\"message\":\"no\"}");
        cr_assert_eq(life_end(), 125);
        assert_log("Failed to attach to the container's input: ");
}

/* A service that leaves its container to systemd. */
Test(life, detach)
{
        const UnitProperties unit = { .known = true,
                                      .notify_access = NOTIFY_ACCESS_ALL,
                                      .main_pid = (uint32_t) getpid() };

        x.is_of_container = x.in_unit = true;
        life_new(STANDING_SERVICE, "--logs=false", "--name web image");
        supervisor_unit_link_ops.on_unit_known(&unit, 0, x.s);
        expect_ping();
        expect("GET", "/containers/web/json", 404, "{\"message\":\"No such container: web\"}");
        expect("POST", "/containers/create?name=web", 201, "{\"Id\":\"" ID "\",\"Warnings\":[]}");
        expect_inspect(ID, CREATED, "");
        x.events = fake_engine_expect(x.fake, "GET", "/events?");
        fake_reply_open_chunked(x.events);
        x.wait = fake_engine_expect(x.fake, "POST", "/containers/" ID "/wait?condition=next-exit");
        fake_reply_open_chunked(x.wait);
        expect("POST", "/containers/" ID "/start", 204, "");
        expect_inspect(ID, life_child(), "");
        life_begin();
        cr_assert_eq(life_end(), 0);
        assert_told("MAINPID=");
        assert_told("READY=1");
        assert_log("Detaching: systemd may miss the container's end.");
        cr_assert_eq(kill(x.child, 0), 0);
}

/* Its processes stay in a cgroup of their own: the unit would end with us, and the container run on. */
Test(life, detach_that_is_impossible)
{
        x.is_of_container = true;
        life_new(STANDING_SERVICE, "--logs=false", "--name web image");
        expect_ping();
        expect("GET", "/containers/web/json", 404, "{\"message\":\"No such container: web\"}");
        expect("POST", "/containers/create?name=web", 201, "{\"Id\":\"" ID "\",\"Warnings\":[]}");
        expect_inspect(ID, CREATED, "");
        fake_reply_open_chunked(fake_engine_expect(x.fake, "GET", "/events?"));
        fake_reply_open_chunked(fake_engine_expect(x.fake, "POST", "/containers/" ID "/wait"));
        expect("POST", "/containers/" ID "/start", 204, "");
        expect_inspect(ID, life_child(), "");
        life_begin();
        until_told("READY=1");
        loop_settle(x.event);
        cr_assert_eq(x.s->state, STATE_RUNNING);
        assert_log("Not detaching: the unit might end, because the container is not its main process.");
}
