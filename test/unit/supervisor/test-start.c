/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The way to a container that runs: what the engine answers, and what the supervisor does because of it. */

#include <sys/wait.h>

#include "life-fixture.h"

#define ABSENT "{\"message\":\"No such container: web\"}"
#define LOOK_UP "/containers/web/json"

TestSuite(start, .init = life_setup, .fini = life_teardown, .timeout = LOOP_TIMEOUT);

static void again(void)
{
        life_teardown();
        memset(&x, 0, sizeof(x));
        life_setup();
}

/* --- The engine --- */

Test(start, engine_that_is_of_no_use)
{
        static const struct {
                const char *answer, *line;
        } cases[] = {
                { "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
                  "Cannot start: the Docker engine is not reached at unix:///the/engine:" },
                { "HTTP/1.1 200 OK\r\nApi-Version: 1.10\r\nContent-Length: 0\r\n\r\n",
                  "The engine speaks API version 1.10, we speak " },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                life_new(STANDING_SERVICE, "", "--name web image");
                fake_reply_send_text(fake_engine_expect(x.fake, "GET", "/_ping"), cases[i].answer);
                life_begin();
                cr_assert_eq(life_end(), 125);
                assert_log(cases[i].line);
                assert_told("STATUS=");
                again();
        }
}

/* By hand nobody waits. A service does, until the state's deadline. */
Test(start, engine_that_is_away)
{
        life_new(STANDING_BY_HAND, "", "--name web image");
        fake_engine_down(x.fake);
        life_begin();
        cr_assert_eq(life_end(), 125);
        assert_log("Is docker.service running?");
        again();
        life_new(STANDING_SERVICE, "", "--name web image");
        fake_engine_down(x.fake);
        life_begin();
        until_log("can't be reached yet, waiting for it");
        supervisor_on_deadline(NULL, 0, x.s);
        cr_assert_eq(life_end(), 125);
        assert_log("Cannot start: the Docker engine did not answer within");
}

Test(start, engine_that_comes_later)
{
        FakeReply *r;

        life_new(STANDING_SERVICE, "", "--name web image");
        fake_engine_down(x.fake);
        life_begin();
        until_log("can't be reached yet, waiting for it");
        expect_ping();
        r = expect("GET", LOOK_UP, 500, "{\"message\":\"no\"}");
        fake_engine_up(x.fake);
        cr_assert_eq(life_end(), 125);
        cr_assert(fake_reply_request(r));
        assert_log("Failed to look for the container: no");
}

/* --- A container of our name --- */

static void look_up(Standing standing, const char *own, const char *run, const char *state, const char *more)
{
        life_new(standing, own, run);
        expect_ping();
        expect_inspect("web", state, more);
        life_begin();
}

/* Without --rm, a container that exists is started again. The engine must not restart it by itself, and what
 * it is started from is looked at. */
Test(start, container_that_is_kept)
{
        static const struct {
                int status; /* of the change of its restart policy; 0: it has none */
                const char *image, *line;
        } cases[] = {
                { 200, "{\"Id\":\"" IMAGE_ID "\"}", "Its restart policy is \"no\" now" },
                { 500, "{\"Id\":\"" IMAGE_ID "\"}", "the engine may restart it: no" },
                { 0, "{\"Id\":\"sha256:2222\"}", "image" },
        };
        static const char restarts[] = "\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"always\"}}";

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                look_up(STANDING_SERVICE, "", "--name web image", EXITED(0),
                        cases[i].status ? restarts : "");
                expect("GET", "/images/image/json", 200, cases[i].image);
                if (cases[i].status)
                        expect("POST", "/containers/" ID "/update", cases[i].status, "{\"message\":\"no\"}");
                else
                        expect("GET", "/images/sha256%3A1111/json", 404, "{\"message\":\"none\"}");
                expect_streams();
                expect("POST", "/containers/" ID "/start", 204, "");
                expect_inspect(ID, life_child(), "");
                until_state(STATE_RUNNING);
                assert_log(cases[i].line);
                again();
        }
}

/* One that runs is adopted, and not started. */
Test(start, container_that_runs_is_adopted)
{
        look_up(STANDING_SERVICE, "", "--name web image", life_child(), "");
        expect("GET", "/images/image/json", 200, "{\"Id\":\"" IMAGE_ID "\"}");
        expect_streams();
        expect_inspect(ID, life_child(), "");
        expect_inspect(ID, life_child(), ""); /* it may have changed since it was looked up */
        until_state(STATE_RUNNING);
        until_log("Adopted running container web, process ");
        until_told("READY=1");
}

Test(start, malformed_description)
{
        life_new(STANDING_BY_HAND, "", "--name web image");
        expect_ping();
        expect("GET", LOOK_UP, 200, "{}");
        life_begin();
        cr_assert_eq(life_end(), 125);
        assert_log("The engine's description of the container is malformed.");
}

/* The engine takes the first digits of an id for a name. */
Test(start, id_that_looks_like_the_name)
{
        FakeReply *r;

        life_new(STANDING_BY_HAND, "", "--name 0123 image");
        expect_ping();
        expect_inspect("0123", RUNNING_ELSEWHERE, "");
        r = expect("POST", "/containers/create?name=0123", 500, "{\"message\":\"enough\"}");
        life_begin();
        cr_assert_eq(life_end(), 125);
        cr_assert(fake_reply_request(r));
        assert_log("Failed to create the container: enough");
}

/* With --rm, what an earlier life has left goes first. */
#define OURS                                                                                                \
        "\"Config\":{\"Image\":\"image\",\"Labels\":{\"systemd-docker.request\":\"0\",\"systemd-docker."    \
        "unit\":"                                                                                           \
        "\"web.service\"}}"

/* Its labels could be those of its image. */
static void look_up_ours(void)
{
        look_up(STANDING_SERVICE, "--rm", "--name web image", EXITED(0), OURS);
        expect("GET", "/images/image/json", 200, "{\"Id\":\"" IMAGE_ID "\"}");
}

Test(start, old_container_is_removed)
{
        static const struct {
                int status; /* of the removal */
                bool by_force;
        } cases[] = { { 204, false }, { 404, false }, { 409, true } };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                FakeReply *last;

                look_up_ours();
                expect("DELETE", "/containers/" ID "?v=", cases[i].status, "{\"message\":\"busy\"}");
                if (cases[i].by_force) {
                        FakeReply *r =
                                expect("DELETE", "/containers/" ID "?v=", 409, "{\"message\":\"busy\"}");

                        expect("POST", "/containers/" ID "/wait?condition=removed", 200,
                               "{\"StatusCode\":0}");
                        (void) r;
                }
                expect("GET", LOOK_UP, 404, ABSENT);
                last = expect("POST", "/containers/create?name=web", 500, "{\"message\":\"enough\"}");
                cr_assert_eq(life_end(), 125, "case %zu", i);
                cr_assert(fake_reply_request(last), "case %zu", i);
                again();
        }
}

Test(start, old_container_that_stays)
{
        look_up_ours();
        expect("DELETE", "/containers/" ID "?v=", 500, "{\"message\":\"device or resource busy\"}");
        cr_assert_eq(life_end(), 125);
        assert_log("Failed to remove the old container: device or resource busy");
}

/* The engine says that it runs, and its process is dead: the engine has some time, then it is told to kill
 * the container, then the container is removed. */
Test(start, dead_container_that_the_engine_has_not_noticed)
{
        char state[96];
        FakeReply *settled, *killed, *removed;
        pid_t dead = fork();

        if (dead == 0)
                _exit(0);
        cr_assert_eq(waitpid(dead, NULL, 0), dead);
        (void) snprintf(state, sizeof(state), "\"Status\":\"running\",\"Running\":true,\"Pid\":%i",
                        (int) dead);
        look_up(STANDING_SERVICE, "--rm", "--name web image", state, OURS);
        settled = expect("POST", "/containers/" ID "/wait", 200, "{\"StatusCode\":0}");
        expect_inspect("web", state, OURS);
        killed = expect("POST", "/containers/" ID "/kill?signal=9", 204, "");
        expect("POST", "/containers/" ID "/wait", 200, "{\"StatusCode\":0}");
        expect_inspect("web", state, OURS);
        removed = expect("DELETE", "/containers/" ID "?v=", 204, "");
        expect("GET", LOOK_UP, 404, ABSENT);
        expect("POST", "/containers/create?name=web", 500, "{\"message\":\"enough\"}");
        cr_assert_eq(life_end(), 125);
        cr_assert(fake_reply_request(settled) && fake_reply_request(killed) && fake_reply_request(removed));
        assert_log("waiting for the engine to notice");
        assert_log("telling it to kill the container");
}

/* --- Creation --- */

static void to_creation(Standing standing, const char *own, const char *run)
{
        life_new(standing, own, run);
        expect_ping();
        expect("GET", LOOK_UP, 404, ABSENT);
        life_begin();
}

Test(start, image_is_pulled)
{
        FakeReply *pull, *second;

        to_creation(STANDING_SERVICE, "", "--name web image");
        expect("POST", "/containers/create?name=web", 404, "{\"message\":\"No such image: image:latest\"}");
        pull = expect("POST", "/images/create?fromImage=", 200, "{\"status\":\"Pull complete\"}\n");
        second = expect("POST", "/containers/create?name=web", 500, "{\"message\":\"enough\"}");
        cr_assert_eq(life_end(), 125);
        cr_assert(fake_reply_request(pull) && fake_reply_request(second));
        assert_log("Pulling image image.");
        assert_told("STATUS=Pulling");
}

Test(start, image_that_cannot_be_pulled)
{
        to_creation(STANDING_BY_HAND, "", "--name web --pull always image");
        expect("POST", "/images/create?fromImage=", 404, "{\"message\":\"manifest unknown\"}");
        cr_assert_eq(life_end(), 125);
        assert_log("image");
}

/* Who has the port is asked before the failure is said. */
Test(start, port_that_is_taken)
{
        static const struct {
                int status;
                const char *list, *line;
        } cases[] = {
                { 200, "[{\"Names\":[\"/other\"],\"Ports\":[{\"PublicPort\":80}]}]",
                  ", by container other" },
                { 200, "[]", ", by another program" },
                { 500, "{\"message\":\"no\"}", "80" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                life_new(STANDING_BY_HAND, "", "--name web -p 80:80 image");
                life_to_created();
                expect("POST", "/containers/" ID "/start", 500,
                       "{\"message\":\"driver failed programming external connectivity on endpoint web: "
                       "Bind for "
                       "0.0.0.0:80 failed: port is already allocated\"}");
                expect("GET", "/containers/json", cases[i].status, cases[i].list);
                cr_assert_neq(life_end(), 0);
                assert_log(cases[i].line);
                assert_log("The engine's words: ");
                again();
        }
}

/* A stop that comes while the engine starts the container. The reply waits for fake_reply_go(). */
static FakeReply *stop_during_start(int status, const char *body)
{
        FakeReply *r;

        life_new(STANDING_SERVICE, "--rm", "--name web image");
        life_to_created();
        r = fake_engine_expect(x.fake, "POST", "/containers/" ID "/start");
        fake_reply_wait(r);
        fake_reply_json(r, status, body);
        until_asked(r);
        life_signal(SIGTERM, true);
        return r;
}

Test(start, stop_while_it_starts)
{
        FakeReply *r = stop_during_start(204, ""), *stop;

        cr_assert_eq(x.s->state, STATE_STARTING);
        expect_inspect(ID, life_child(), "");
        stop = expect("POST", SEND_STOP, 204, "");
        fake_reply_go(r);
        until_asked(stop);
        cr_assert_eq(x.s->state, STATE_STOPPING);
}

Test(start, stop_before_it_starts)
{
        FakeReply *r = stop_during_start(500, "{\"message\":\"runc was killed\"}"), *removal;

        removal = expect("DELETE", "/containers/" ID "?v=", 204, "");
        fake_reply_go(r);
        (void) life_end();
        cr_assert(fake_reply_request(removal));
        assert_log("The container was stopped before it ran: runc was killed");
}

/* It was so short-lived that inspect finds none, or one that has ended. */
Test(start, short_life)
{
        life_new(STANDING_BY_HAND, "", "--name web image");
        life_to_created();
        expect("POST", "/containers/" ID "/start", 204, "");
        expect_inspect(ID, EXITED(5), "");
        until_state(STATE_DRAINING);
        tell_output_end();
        cr_assert_eq(life_end(), 5);
        again();
        life_new(STANDING_BY_HAND, "", "--rm --name web image");
        life_to_created();
        expect("POST", "/containers/" ID "/start", 204, "");
        expect("GET", "/containers/" ID "/json", 404, ABSENT);
        until_state(STATE_DRAINING);
        tell_exit_code(6);
        tell_output_end();
        cr_assert_eq(life_end(), 6);
}
