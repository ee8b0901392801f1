/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What goes wrong in the life of a service: what is said of it, what is done, and how the service ends. */

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "life-fixture.h"
#include "supervisor/claim.h"
#include "supervisor/reports-condition.h"
#include "supervisor/reports-engine-guard.h"
#include "supervisor/reports-output.h"
#include "util/fd.h"
#include "util/strv.h"

#define ABSENT "{\"message\":\"No such container: web\"}"
#define LOOK_UP "/containers/web/json"
#define CREATE "/containers/create?name=web"

TestSuite(failures, .init = life_setup, .fini = life_teardown, .timeout = LOOP_TIMEOUT);

static void again(void)
{
        life_teardown();
        memset(&x, 0, sizeof(x));
        life_setup();
}

static void service(const char *own, const char *run)
{
        life_new(STANDING_SERVICE, own, run);
        life_to_running();
        (void) life_told();
        x.told[0] = x.log[0] = 0;
}

static void to_creation(const char *own, const char *run)
{
        life_new(STANDING_SERVICE, own, run);
        expect_ping();
        expect("GET", LOOK_UP, 404, ABSENT);
        life_begin();
}

/* --- The whole program --- */

Test(failures, run_until_the_engine_is_not_reached)
{
        life_new(STANDING_BY_HAND, "", "--name web image");
        fake_engine_down(x.fake);
        cr_assert_eq(supervisor_run(x.s), 125);
        assert_log("Is docker.service running?");
}

/* What no engine could change is said before it is asked. */
Test(failures, mode_that_is_impossible)
{
        life_new(STANDING_SERVICE, "--cgroup-mode=migrate", "--name web --memory 1g image");
        cr_assert_eq(supervisor_run(x.s), 78);
        cr_assert_eq(fake_engine_requests(x.fake), 0);
        assert_log("--memory");
        until_told("STATUS=");
}

/* --- The engine --- */

/* It is asked for its description if the cgroup mode depends on that. */
Test(failures, engine_that_does_not_describe_itself)
{
        static const struct {
                Standing standing;
                int status;
                const char *body, *line; /* NULL: it goes on */
        } cases[] = {
                { STANDING_SERVICE, 200, "[",
                  "The engine's description of itself is malformed (GET /info)." },
                { STANDING_SERVICE, 403, "{\"message\":\"not through this proxy\"}", NULL },
                { STANDING_BY_HAND, 501, "{\"message\":\"never\"}",
                  "Cannot start: the Docker engine is not reached at unix:///the/engine: never" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                x.undecided = true;
                life_new(cases[i].standing, "", "--name web image");
                expect_ping();
                expect("GET", "/info", cases[i].status, cases[i].body);
                if (!cases[i].line)
                        expect("GET", LOOK_UP, 500, "{\"message\":\"enough\"}");
                life_begin();
                cr_assert_eq(life_end(), 125, "case %zu: %s", i, x.log);
                assert_log(cases[i].line ?: "Failed to look for the container: enough");
                again();
        }
}

/* An engine that somebody has stopped while the container runs. systemd's answer is the test's. */
Test(failures, engine_that_is_stopped)
{
        FakeReply *looked;

        service("", "--name web image");
        supervisor_engine_guard_ops.on_stopped(x.s);
        supervisor_engine_guard_ops.on_known(ENGINE_USE_COMPARE, true, x.s);
        loop_settle(x.event);
        assert_log("The Docker engine is stopped: waiting until docker.service is started.");
        looked = expect_inspect(ID, life_child(), "");
        supervisor_engine_guard_ops.on_known(ENGINE_USE_COMPARE, false, x.s);
        until_asked(looked);
        cr_assert_eq(x.s->state, STATE_RUNNING);
}

/* --- The start that takes too long --- */

/* What systemd says of its limit; the clock has passed it. */
static void let_start_run_out(void)
{
        UnitProperties unit = UNIT_PROPERTIES_UNKNOWN;

        unit.known = true;
        unit.main_pid = (uint32_t) getpid();
        unit.main_start_usec = 1;
        unit.timeout_start_usec = 1;
        supervisor_unit_link_ops.on_unit_known(&unit, 0, x.s);
}

Test(failures, start_that_ran_out_while_the_image_is_pulled)
{
        FakeReply *pull;

        to_creation("", "--name web image");
        expect("POST", CREATE, 404, "{\"message\":\"No such image: image:latest\"}");
        pull = fake_engine_expect(x.fake, "POST", "/images/create?fromImage=");
        fake_reply_open_chunked(pull);
        until_asked(pull);
        let_start_run_out();
        life_signal(SIGTERM, true);
        (void) life_end();
        assert_log("TimeoutStartSec= ran out after 0 s, while pulling image: raise it in the unit.");
        assert_told("STATUS=TimeoutStartSec= ran out after 0 s, while pulling image");
}

Test(failures, start_that_ran_out_while_the_container_is_not_ready)
{
        FakeReply *stop;

        service("--notify", "--name web image");
        stop = expect("POST", SEND_STOP, 204, "");
        let_start_run_out();
        life_signal(SIGTERM, true);
        until_asked(stop);
        assert_log("The container has not said READY=1 in 0 s (--notify=container): let it send READY=1");
}

/* --- Creation --- */

Test(failures, file_for_the_id_that_exists)
{
        char run[160], path[96];
        int fd;

        (void) snprintf(path, sizeof(path), "%s/cid", x.folder);
        (void) snprintf(run, sizeof(run), "--cidfile %s --name web image", path);
        to_creation("", run);
        fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        cr_assert_geq(fd, 0);
        close(fd);
        cr_assert_neq(life_end(), 0);
        assert_log(path);
}

/* A container without its logins is not started. Without --rm it is removed all the same: the next start
 * would use it as it is. */
Test(failures, logins)
{
        static const char logins[] =
                "{\"auths\":{\"registry.example\":{\"auth\":\"dXNlcjpwYXNzd29yZA==\"}}}";
        static const bool work[] = { true, false };
        char path[96];

        for (size_t i = 0; i < ELEMENTSOF(work); i++) {
                FakeReply *removal = NULL;

                (void) snprintf(path, sizeof(path), "%s/config.json", x.folder);
                cr_assert_eq(write_file_atomic(path, logins, strlen(logins), 0600), 0);
                to_creation("", "--use-api-socket --name web image");
                expect("POST", CREATE, 201, "{\"Id\":\"" ID "\",\"Warnings\":[]}");
                expect("PUT", "/containers/" ID "/archive?", work[i] ? 200 : 500,
                       "{\"message\":\"read-only\"}");
                if (work[i])
                        expect("GET", "/containers/" ID "/json", 500, "{\"message\":\"enough\"}");
                else
                        removal = expect("DELETE", "/containers/" ID "?", 204, "");
                cr_assert_eq(life_end(), 125);
                assert_log(work[i] ? "Failed to inspect the container: enough"
                                   : "Failed to put the logins of --use-api-socket into the container: "
                                     "read-only");
                cr_assert(!removal || fake_reply_request(removal));
                again();
        }
}

Test(failures, container_that_vanishes_while_it_is_prepared)
{
        to_creation("", "--name web image");
        expect("POST", CREATE, 201, "{\"Id\":\"" ID "\",\"Warnings\":[]}");
        expect("GET", "/containers/" ID "/json", 500, "{\"message\":\"it is gone\"}");
        cr_assert_eq(life_end(), 125);
        assert_log("Failed to inspect the container: it is gone");
}

/* --notify=healthy needs a health check. */
Test(failures, health_of_a_container_that_has_none)
{
        to_creation("--notify=healthy", "--name web image");
        expect("POST", CREATE, 201, "{\"Id\":\"" ID "\",\"Warnings\":[]}");
        expect_inspect(ID, CREATED, "");
        cr_assert_eq(life_end(), 78);
        assert_log("HEALTHCHECK");
        again();
        life_new(STANDING_SERVICE, "--notify=healthy", "--name web image");
        expect_ping();
        expect_inspect("web", EXITED(0), "");
        expect("GET", "/images/image/json", 200, "{\"Id\":\"" IMAGE_ID "\"}");
        life_begin();
        cr_assert_eq(life_end(), 78);
        assert_log("HEALTHCHECK");
}

/* --- Streams --- */

Test(failures, output_that_ends_before_the_start)
{
        to_creation("", "--name web image");
        for (int i = 0; i < 3; i++)
                record_start_again(x.s->record); /* no more of it */
        expect("POST", CREATE, 201, "{\"Id\":\"" ID "\",\"Warnings\":[]}");
        expect_inspect(ID, CREATED, "");
        fake_reply_open_chunked(fake_engine_expect(x.fake, "GET", "/events?"));
        x.attach = fake_engine_expect(x.fake, "POST", "/containers/" ID "/attach?");
        fake_reply_open_chunked(x.attach);
        fake_reply_close(x.attach);
        /* It is not answered, so that the container is not started before. */
        fake_reply_wait(fake_engine_expect(x.fake, "POST", "/containers/" ID "/wait"));
        cr_assert_eq(life_end(), 125);
        assert_log("Failed to attach to the container's output: ");
}

Test(failures, output_that_is_refused)
{
        to_creation("", "--name web image");
        expect("POST", CREATE, 201, "{\"Id\":\"" ID "\",\"Warnings\":[]}");
        expect_inspect(ID, CREATED, "");
        fake_reply_open_chunked(fake_engine_expect(x.fake, "GET", "/events?"));
        expect("POST", "/containers/" ID "/attach?", 500, "{\"message\":\"no\"}");
        fake_reply_open_chunked(fake_engine_expect(x.fake, "POST", "/containers/" ID "/wait"));
        cr_assert_eq(life_end(), 125);
        assert_log("Failed to attach to the container's output: ");
}

Test(failures, events_that_are_refused)
{
        to_creation("", "--name web image");
        expect("POST", CREATE, 201, "{\"Id\":\"" ID "\",\"Warnings\":[]}");
        expect_inspect(ID, CREATED, "");
        expect("GET", "/events?", 500, "{\"message\":\"no\"}");
        expect_logs();
        cr_assert_eq(life_end(), 125);
        assert_log("Failed to listen to the engine's events: ");
}

/* --- The start --- */

Test(failures, folder_that_the_engine_has_made)
{
        char run[200], path[96];

        (void) snprintf(path, sizeof(path), "%s/data", x.folder);
        (void) snprintf(run, sizeof(run), "-v %s:/data --name web image", path);
        life_new(STANDING_SERVICE, "", run);
        /* As the command line of a service notes it. */
        cr_assert_eq(strv_extend(&((RunOptions *) x.s->config.run)->missing_folders, path), 0);
        cr_assert_eq(mkdir(path, 0700), 0);
        life_to_running();
        assert_log("did not exist; the engine has made it, empty.");
}

Test(failures, start_without_a_description)
{
        static const struct {
                int status;
                const char *body, *line;
        } cases[] = {
                { 500, "{\"message\":\"no\"}", "Failed to inspect the container: no" },
                { 200, "{}", "The engine's description of the container is malformed." },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                FakeReply *removal;

                life_new(STANDING_SERVICE, "--rm", "--name web image");
                life_to_created();
                expect("POST", "/containers/" ID "/start", 204, "");
                expect("GET", "/containers/" ID "/json", cases[i].status, cases[i].body);
                removal = expect("DELETE", "/containers/" ID "?", 204, "");
                cr_assert_eq(life_end(), 125);
                assert_log(cases[i].line);
                cr_assert(strstr(fake_reply_request(removal), "force=1"), "it may run");
                again();
        }
}

/* --- The stop --- */

Test(failures, stop_that_the_engine_refuses)
{
        x.is_of_container = true;
        service("", "--name web image");
        expect("POST", SEND_STOP, 500, "{\"message\":\"no\"}");
        life_signal(SIGTERM, true);
        until_log("The engine did not stop the container (no), signalling it ourselves.");
        until_state(STATE_DRAINING); /* the child has ended on it */
        tell_event("die", "");
        tell_exit_code(143);
        tell_output_end();
        cr_assert_eq(life_end(), 0);
}

/* Nobody ends it but a SIGKILL: ours if its process is seen, else the engine's. The first process of a
 * container that has no handler for its stop signal is deaf to it: that is no failure. */
Test(failures, container_that_does_not_stop)
{
        static const bool seen[] = { false, true };

        for (size_t i = 0; i < ELEMENTSOF(seen); i++) {
                FakeReply *stop, *killed = NULL;

                x.is_of_container = seen[i];
                service("", "--name web image");
                stop = fake_engine_expect(x.fake, "POST", SEND_STOP);
                life_signal(SIGTERM, true);
                until_asked(stop);
                if (!seen[i])
                        killed = expect("POST", "/containers/" ID "/kill?signal=9", 204, "");
                supervisor_on_deadline(NULL, 0, x.s);
                until_log("Container web did not stop in time, killing it.");
                if (killed)
                        until_asked(killed);
                tell_event("die", "");
                tell_exit_code(137);
                tell_output_end();
                cr_assert_eq(life_end(), seen[i] ? 0 : 137);
                assert_log("did not stop in time and was killed, exit status 137");
                if (!seen[i])
                        assert_told("STATUS=Container ended with exit status 137: it did not stop in time");
                again();
        }
}

/* --- What the engine says of a container that runs --- */

/* An answer from before the start, which says "created", would look like the end. */
Test(failures, news_from_before_the_start_is_not_compared)
{
        FakeReply *start;

        x.is_of_container = true;
        life_new(STANDING_SERVICE, "", "--name web image");
        life_to_created();
        start = fake_engine_expect(x.fake, "POST", "/containers/" ID "/start");
        until_asked(start);
        tell_event("rename", "");
        loop_settle(x.event);
        cr_assert_eq(x.s->state, STATE_STARTING);
        expect_inspect(ID, life_child(), "");
        fake_reply_json(start, 204, "");
        until_state(STATE_RUNNING);
        cr_assert_not(x.s->facts->dead);
}

Test(failures, comparisons_that_fail)
{
        FakeReply *r;

        service("", "--name web image");
        r = expect("GET", "/containers/" ID "/json", 500, "{\"message\":\"no\"}");
        tell_event("rename", "");
        loop_until(x.event, fake_reply_is_done(r));
        r = expect("GET", "/containers/" ID "/json", 200, "{");
        tell_event("rename", "");
        loop_until(x.event, fake_reply_is_done(r));
        loop_settle(x.event);
        cr_assert_eq(x.s->state, STATE_RUNNING);
        expect("GET", "/containers/" ID "/json", 404, ABSENT);
        tell_event("rename", "");
        until_state(STATE_DRAINING);
        cr_assert(x.s->facts->destroyed);
}

/* The change of the policy is an event as well. What inspect says because of it can come before the answer.
 */
Test(failures, restart_policy_that_others_set)
{
        static const char restarts[] = "\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"always\"}}";
        FakeReply *update, *compared;

        service("", "--name web image");
        expect_inspect(ID, life_child(), restarts);
        update = fake_engine_expect(x.fake, "POST", "/containers/" ID "/update");
        tell_event("update", "");
        until_asked(update);
        compared = expect_inspect(ID, life_child(), restarts);
        tell_event("update", "");
        loop_until(x.event, fake_reply_is_done(compared));
        loop_settle(x.event); /* no second change */
        expect_inspect(ID, life_child(), "");
        tell_event("update", "");
        loop_until(x.event, !x.s->facts->container.engine_restarts);
        assert_not_log("restarted container");
        fake_reply_json(update, 200, "{}");
        until_log("The engine would have restarted container web by itself.");
}

Test(failures, removal_of_a_container_with_volumes)
{
        static const char volumes[] =
                "\"HostConfig\":{\"AutoRemove\":false},\"Mounts\":[{\"Type\":\"volume\","
                "\"Name\":"
                "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\","
                "\"Destination\":\"/data\"}]";
        FakeReply *removal;

        life_new(STANDING_SERVICE, "--rm", "--name web image");
        expect_ping();
        expect_inspect("web", EXITED(0), volumes);
        removal = expect("DELETE", "/containers/" ID "?v=0", 204, "");
        expect("GET", LOOK_UP, 404, ABSENT);
        expect("POST", CREATE, 500, "{\"message\":\"enough\"}");
        life_begin();
        cr_assert_eq(life_end(), 125);
        cr_assert(fake_reply_request(removal));
        assert_log("so its anonymous volumes stay: 0123456789abcdef");
}

/* --- A container that is not what the engine says --- */

static pid_t dead_process(void)
{
        pid_t pid = fork();

        if (pid == 0)
                _exit(0);
        cr_assert_eq(waitpid(pid, NULL, 0), pid);
        return pid;
}

/* Without --rm it may have data, so that it is not removed. */
Test(failures, dead_container_that_the_engine_never_notices)
{
        char state[96];

        (void) snprintf(state, sizeof(state), "\"Status\":\"running\",\"Running\":true,\"Pid\":%i",
                        (int) dead_process());
        life_new(STANDING_SERVICE, "", "--name web image");
        expect_ping();
        expect_inspect("web", state, "");
        expect("POST", "/containers/" ID "/wait", 200, "{\"StatusCode\":0}");
        expect_inspect("web", state, "");
        expect("POST", "/containers/" ID "/kill?signal=9", 204, "");
        expect("POST", "/containers/" ID "/wait", 200, "{\"StatusCode\":0}");
        expect_inspect("web", state, "");
        life_begin();
        cr_assert_eq(life_end(), 125);
        assert_log("Container web is dead, but the engine says that it runs: restart the engine, or remove");
        assert_not_told("READY=1");
}

/* It dies after it was found, and before systemd has heard of it: the start goes on with another life. */
Test(failures, death_before_it_is_adopted)
{
        FakeReply *inspected, *other, *last;

        life_new(STANDING_SERVICE, "", "--name web image");
        expect_ping();
        expect_inspect("web", life_child(), "");
        expect("GET", "/images/image/json", 200, "{\"Id\":\"" IMAGE_ID "\"}");
        expect_streams();
        inspected = fake_engine_expect(x.fake, "GET", "/containers/" ID "/json");
        fake_reply_wait(inspected);
        answer_inspect(inspected, life_child(), "");
        other = expect_inspect(ID, life_child(), ""); /* because the events are heard now */
        life_begin();
        until_asked(inspected);
        loop_until(x.event, fake_reply_is_done(other));
        cr_assert_eq(kill(x.child, SIGKILL), 0);
        cr_assert_eq(waitpid(x.child, NULL, 0), x.child);
        expect("POST", "/containers/" ID "/wait", 200, "{\"StatusCode\":0}");
        last = expect("GET", LOOK_UP, 500, "{\"message\":\"enough\"}");
        fake_reply_go(inspected);
        x.child = 0;
        cr_assert_eq(life_end(), 125);
        cr_assert(fake_reply_request(last));
        assert_log("Container web had ended before it could be adopted, starting it anew.");
        assert_not_told("READY=1");
}

/* Another living supervisor has the container, or is about to create it. */
static void let_another_supervisor_have_it(void)
{
        char folder[96], byte = 0;
        int ready[2];

        (void) snprintf(folder, sizeof(folder), "%s/systemd-docker", x.folder);
        cr_assert_eq(pipe2(ready, O_CLOEXEC), 0);
        x.child = fork();
        if (x.child == 0) {
                Claim *c = NULL;

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                if (claim_new(&c, &(ClaimConfig){ .base_folder = folder,
                                                  .engine = "unix:///the/engine",
                                                  .name = "web",
                                                  .unit = "other.service",
                                                  .user = "" }) < 0)
                        _exit(1);
                claim_take(c);
                (void) !write(ready[1], "x", 1);
                for (;;)
                        pause();
        }
        cr_assert_gt(x.child, 0);
        cr_assert_eq(read(ready[0], &byte, 1), 1);
        close(ready[0]);
        close(ready[1]);
}

Test(failures, container_of_another_supervisor)
{
        static const bool exists[] = { false, true };

        for (size_t i = 0; i < ELEMENTSOF(exists); i++) {
                life_new(STANDING_SERVICE, "", "--name web image");
                let_another_supervisor_have_it();
                expect_ping();
                if (exists[i])
                        expect_inspect("web", RUNNING_ELSEWHERE, "");
                else
                        expect("GET", LOOK_UP, 404, ABSENT);
                life_begin();
                cr_assert_eq(life_end(), 125);
                assert_log("other.service");
                again();
        }
}

/* An old container that runs is stopped, and then removed by force. */
Test(failures, old_container_that_runs)
{
        FakeReply *stop, *removal;

        life_new(STANDING_SERVICE, "--rm", "--name web image");
        expect_ping();
        expect_inspect("web", RUNNING_ELSEWHERE,
                       "\"Config\":{\"Image\":\"image\",\"Labels\":{\"systemd-docker.request\":\"0\","
                       "\"systemd-docker.unit\":\"web.service\"}}");
        expect("GET", "/images/image/json", 200, "{\"Id\":\"" IMAGE_ID "\"}");
        stop = expect("POST", SEND_STOP, 204, "");
        expect("POST", "/containers/" ID "/wait", 200, "{\"StatusCode\":143}");
        removal = expect("DELETE", "/containers/" ID "?v=", 204, "");
        expect("GET", LOOK_UP, 404, ABSENT);
        expect("POST", CREATE, 500, "{\"message\":\"enough\"}");
        life_begin();
        cr_assert_eq(life_end(), 125);
        cr_assert(fake_reply_request(stop));
        cr_assert(strstr(fake_reply_request(removal), "force=1"));
}

/* --- What the condition asks for --- */

Test(failures, condition)
{
        service("", "--name web image");
        supervisor_condition_ops.status("slow", x.s);
        supervisor_condition_ops.notify("WATCHDOG=1", x.s);
        until_told("STATUS=slow");
        until_told("WATCHDOG=1");
        supervisor_condition_ops.remember_ready(x.s);
        expect_ping();
        supervisor_condition_ops.probe_engine(x.s);
        loop_settle(x.event);
        cr_assert_eq(x.s->state, STATE_RUNNING);
}
