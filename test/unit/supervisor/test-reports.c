/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What is reported while a container runs, and what the supervisor asks and tells because of it. */

#include "life-fixture.h"
#include "supervisor/reports-condition.h"
#include "supervisor/reports-output.h"
#include "supervisor/reports-relay.h"

TestSuite(reports, .init = life_setup, .fini = life_teardown, .timeout = LOOP_TIMEOUT);

static void service(const char *own, const char *run)
{
        life_new(STANDING_SERVICE, own, run);
        life_to_running();
        (void) life_told();
        x.told[0] = x.log[0] = 0;
}

/* --- The engine's events --- */

Test(reports, pause)
{
        service("", "--name web image");
        tell_event("pause", "");
        until_log("Container web is paused.");
        cr_assert(x.s->facts->container.paused);
        until_told("STATUS=");
        tell_event("unpause", "");
        until_log("Container web goes on.");
        cr_assert(!x.s->facts->container.paused);
}

/* It can't be moved into the unit before it goes on; whether the unit is where it belongs is said, and
 * decided, then. */
static void run_paused(const char *own)
{
        char state[128];

        x.is_of_container = true;
        life_new(STANDING_SERVICE, own, "--name web image");
        life_to_created();
        expect("POST", "/containers/" ID "/start", 204, "");
        (void) snprintf(state, sizeof(state), "%s,\"Paused\":true", life_child());
        expect_inspect(ID, state, "");
        loop_until(x.event, x.s->state == STATE_RUNNING);
        loop_settle(x.event);
        cr_assert(x.s->facts->announced);
        cr_assert_null(strstr(x.log, "stays the main process"));
}

Test(reports, place_of_a_paused_container_is_decided_later)
{
        UnitProperties p = UNIT_PROPERTIES_UNKNOWN;
        char expected[32];

        run_paused("");
        p.known = true;
        p.main_pid = (uint32_t) getpid();
        p.notify_access = NOTIFY_ACCESS_ALL;
        p.type = SERVICE_TYPE_NOTIFY;
        supervisor_unit_link_ops.on_unit_known(&p, 0, x.s);
        x.in_unit = true;
        tell_event("unpause", "");
        (void) snprintf(expected, sizeof(expected), "MAINPID=%i", (int) x.child);
        until_told(expected);
        cr_assert_null(strstr(x.log, "stays the main process"));
}

Test(reports, paused_container_that_stays_elsewhere)
{
        FakeReply *looked;

        run_paused("--logs=false");
        cr_assert(x.s->facts->detach, "perhaps the unit can go on without us");
        looked = expect_inspect(ID, life_child(), "");
        tell_event("rename", ""); /* it has gone on meanwhile */
        until_asked(looked);
        until_log("The supervisor stays the main process: the container's processes are not in the unit's");
        until_log("Not detaching: the unit might end,");
}

/* Events that do not say all: the engine is asked. */
Test(reports, events_after_which_the_container_is_looked_at)
{
        static const char *const actions[] = { "rename", "health_status: unhealthy" };

        service("", "--name web image");
        for (size_t i = 0; i < ELEMENTSOF(actions); i++) {
                FakeReply *r = expect_inspect(ID, life_child(), "");

                tell_event(actions[i], "");
                loop_until(x.event, fake_reply_is_done(r));
                loop_settle(x.event);
        }
        cr_assert_eq(x.s->state, STATE_RUNNING);
}

Test(reports, events_that_change_nothing)
{
        static const char *const actions[] = { "start", "exec_start: sh", "health_status: healthy", "attach",
                                               "kill" };
        size_t requests;

        service("", "--name web image");
        requests = fake_engine_requests(x.fake);
        for (size_t i = 0; i < ELEMENTSOF(actions); i++)
                tell_event(actions[i], "\"signal\":\"10\",");
        tell_event("pause", "");
        until_log("is paused");
        cr_assert_eq(fake_engine_requests(x.fake), requests);
        cr_assert_eq(x.s->state, STATE_RUNNING);
        cr_assert(!x.s->facts->killed_by_others);
}

Test(reports, oom)
{
        service("", "--name web image");
        tell_event("oom", "");
        until_log("memory");
        cr_assert_eq(x.s->state, STATE_RUNNING);
}

/* Nobody watches the process: the event is the death. */
Test(reports, death_by_event)
{
        service("", "--name web image");
        cr_assert(!x.s->facts->process_seen);
        tell_event("die", "\"exitCode\":\"3\",");
        until_state(STATE_DRAINING);
        tell_exit_code(3);
        tell_output_end();
        cr_assert_eq(life_end(), 3);
        assert_log("Container web has ended, exit status 3.");
}

/* A wait that broke, and an engine that knows of no such container any more. */
Test(reports, destroyed)
{
        service("", "--rm --name web image");
        fake_reply_close(x.wait);
        loop_until(x.event, x.s->facts->wait == ATTACHMENT_ENDED);
        expect("GET", "/containers/" ID "/json", 404, "{\"message\":\"No such container\"}");
        tell_event("die", "");
        until_state(STATE_DRAINING);
        tell_event("destroy", "");
        loop_until(x.event, x.s->facts->destroyed);
        supervisor_on_deadline(NULL, 0, x.s);
        cr_assert_eq(life_end(), 125);
        assert_log("nobody could say how");
}

Test(reports, engine_is_lost_and_comes_back)
{
        FakeReply *looked;

        service("", "--name web image");
        loop_until(x.event, x.s->give_back_waits);
        loop_until(x.event, !x.s->give_back_waits);
        fake_reply_close(x.events);
        x.events = NULL;
        expect_streams();
        looked = expect_inspect(ID, life_child(), "");
        until_log("Lost the Docker engine, the container runs on:");
        until_log("The Docker engine is back.");
        until_asked(looked);
        cr_assert_eq(x.s->state, STATE_RUNNING);
        cr_assert(!x.s->facts->engine_lost);
        cr_assert(x.s->give_back_waits); /* the memory that this took */
}

/* --- Signals --- */

typedef enum What {
        NOTHING,
        STOP,    /* the engine is to stop the container */
        WAIT,    /* … it has its signal already */
        FORWARD, /* the engine passes it on */
        NOTICE,  /* it is not passed on, and the log says so */
        RELOAD,  /* … and systemd is told */
} What;

static UnitProperties unit;

static void know_unit(void)
{
        unit.known = unit.type != SERVICE_TYPE_UNKNOWN;
        unit.main_pid = (uint32_t) getpid();
        supervisor_unit_link_ops.on_unit_known(&unit, unit.known ? 0 : -ENOENT, x.s);
        loop_settle(x.event);
}

static void check_signal(int signo, bool by_systemd, bool in_unit, const char *run, What what)
{
        FakeReply *r = NULL;
        char path[128];

        x.is_of_container = x.in_unit = in_unit;
        service("", run);
        cr_assert_eq(x.s->facts->process_seen, in_unit);
        know_unit();
        x.log[0] = 0;
        (void) snprintf(path, sizeof(path), "/containers/" ID "/kill?signal=%i", signo);
        if (what == STOP)
                r = expect("POST", SEND_STOP, 204, "");
        if (what == FORWARD || what == RELOAD)
                r = expect("POST", path, 204, "");
        life_signal(signo, by_systemd);
        if (r)
                loop_until(x.event, fake_reply_is_done(r));
        else
                loop_settle(x.event);
        cr_assert_eq(x.s->state, what == STOP || what == WAIT ? STATE_STOPPING : STATE_RUNNING);
        cr_assert_eq(strstr(x.log, "is not passed on") != NULL, what == NOTICE);
        if (what == RELOAD) {
                until_told("RELOADING=1\nMONOTONIC_USEC=");
                until_told("READY=1");
        } else
                assert_not_told("RELOADING");
        life_teardown();
        memset(&x, 0, sizeof(x));
        life_setup();
}

Test(reports, signals)
{
        static const char plain[] = "--name web image", deaf[] = "--sig-proxy=false --name web image";
        static const struct {
                int signo;
                bool by_systemd, in_unit;
                const char *run;
                What what;
        } cases[] = {
                { SIGTERM, true, false, plain, STOP },
                { SIGTERM, false, true, plain, STOP },
                { SIGINT, false, false, plain, STOP },
                { SIGTERM, true, true, plain, WAIT },
                { SIGINT, true, true, plain, STOP }, /* not the container's own stop signal */
                { SIGQUIT, true, true, plain, STOP },
                { SIGQUIT, false, true, plain, FORWARD }, /* by anybody else, it is one to be passed on */
                { SIGHUP, true, false, plain, STOP },
                { SIGHUP, false, false, plain, FORWARD },
                { SIGHUP, false, false, deaf, NOTHING },
                { SIGUSR2, true, false, plain, FORWARD },
                { SIGUSR2, true, true, plain, NOTICE },
                { SIGUSR1, true, true, plain, RELOAD },
        };

        unit = UNIT_PROPERTIES_UNKNOWN;
        unit.kill_mode = KILL_MODE_CONTROL_GROUP;
        unit.kill_signal = SIGTERM;
        unit.restart_kill_signal = SIGQUIT;
        unit.send_sighup = ANSWER_YES;
        unit.type = SERVICE_TYPE_NOTIFY_RELOAD;
        unit.reload_signal = SIGUSR1;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                check_signal(cases[i].signo, cases[i].by_systemd, cases[i].in_unit, cases[i].run,
                             cases[i].what);
}

/* systemd cannot be asked: it may have been a reload, of which the container's processes hear from us only.
 * No other signal may be one, and the type is only unknown where systemd sends it. */
Test(reports, signals_in_an_unknown_unit)
{
        static const struct {
                int signo;
                bool by_systemd;
                What what;
        } cases[] = {
                { SIGHUP, true, RELOAD },
                { SIGHUP, false, FORWARD },
                { SIGUSR2, true, NOTICE },
                { SIGTERM, true, STOP }, /* KillMode=mixed, perhaps: twice is better than never */
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                unit = UNIT_PROPERTIES_UNKNOWN;
                check_signal(cases[i].signo, cases[i].by_systemd, true, "--name web image", cases[i].what);
        }
}

Test(reports, signal_that_the_engine_does_not_pass_on)
{
        service("", "--name web image");
        expect("POST", "/containers/" ID "/kill?signal=1", 500, "{\"message\":\"no\"}");
        life_signal(SIGHUP, false);
        until_log("Failed to pass a signal on to the container, ignoring: no");
}

Test(reports, reload_that_fails_ends_as_well)
{
        unit = UNIT_PROPERTIES_UNKNOWN;
        unit.type = SERVICE_TYPE_NOTIFY_RELOAD;
        unit.reload_signal = SIGHUP;
        service("", "--name web image");
        know_unit();
        expect("POST", "/containers/" ID "/kill?signal=1", 500, "{\"message\":\"no\"}");
        life_signal(SIGHUP, true);
        until_log("Failed to pass the signal for a reload on to the container: no");
        until_told("READY=1");
        cr_assert(!x.s->reloading);
}

/* SIGABRT is systemd's watchdog. It ends the container at once, by the engine where nobody else can. */
Test(reports, watchdog_of_systemd)
{
        static const bool seen[] = { false, true };

        for (size_t i = 0; i < ELEMENTSOF(seen); i++) {
                FakeReply *r = NULL;

                x.is_of_container = seen[i];
                service("", "--name web image");
                if (!seen[i])
                        r = expect("POST", "/containers/" ID "/kill?signal=9", 204, "");
                life_signal(SIGABRT, true);
                until_log("systemd has sent SIGABRT");
                if (r)
                        until_asked(r);
                else
                        until_state(STATE_DRAINING);
                cr_assert(x.s->facts->aborted);
                life_teardown();
                memset(&x, 0, sizeof(x));
                life_setup();
        }
}

/* --- The unit --- */

Test(reports, unit_of_another_type)
{
        service("", "--name web image");
        unit = UNIT_PROPERTIES_UNKNOWN;
        unit.type = SERVICE_TYPE_FORKING;
        unit.main_pid = 1;
        supervisor_unit_link_ops.on_unit_known(&unit, 0, x.s);
        assert_log("The unit has Type=forking, and its start would end with this process only: use "
                   "Type=notify.");
        cr_assert(x.s->facts->is_beside);
        cr_assert(!x.s->facts->is_main);
}

Test(reports, job_of_systemd)
{
        service("", "--name web image");
        supervisor_unit_link_ops.on_job_known(true, x.s);
        cr_assert(x.s->facts->unit_stops);
        supervisor_unit_link_ops.on_room(x.s);
        supervisor_unit_link_ops.say(4, NULL, "a line", x.s);
        supervisor_unit_link_ops.say(4, "0123456789abcdef0123456789abcdef", "another", x.s);
        assert_log("a line\nanother\n");
}

/* --- What the container says, and its condition --- */

Test(reports, container_says_ready)
{
        const NotifyFiltered status = { .status = (char *) "warm", .text = (char *) "X_A=1\nX_B=2" },
                             ready = { .seen = NOTIFY_FLAG(NOTIFY_READY) };

        service("--notify", "--name web image");
        assert_not_told("READY=1");
        cr_assert(supervisor_relay_ops.on_message(&status, x.s));
        cr_assert(supervisor_relay_ops.on_batch(x.s));
        until_told("STATUS=warm");
        assert_told("X_A=1\nX_B=2");
        assert_not_told("READY=1");
        cr_assert(supervisor_relay_ops.on_message(&ready, x.s));
        cr_assert(supervisor_relay_ops.on_batch(x.s));
        until_told("READY=1");
        cr_assert(x.s->facts->ready_sent);
}

Test(reports, giving_up)
{
        FakeReply *r;

        service("", "--name web image");
        r = expect("POST", SEND_STOP, 204, "");
        supervisor_condition_ops.give_up("The container is not healthy", x.s);
        until_asked(r);
        assert_log("The container is not healthy");
        cr_assert_eq(x.s->state, STATE_STOPPING);
        tell_event("die", "");
        tell_exit_code(0);
        tell_output_end();
        cr_assert_eq(life_end(), 125);
        assert_told("STATUS=The container is not healthy");
}

/* --- Output --- */

Test(reports, output_comes_to_our_own)
{
        ssize_t n = -1;

        service("", "--name web image");
        tell_output("hello\n");
        loop_until(x.event, (n = read(x.output, x.read, sizeof(x.read) - 1)) > 0);
        cr_assert_str_eq(x.read, "hello\n");
}

/* After the start, and after much output: once, and then there is no timer. */
Test(reports, memory_is_given_back)
{
        int enabled;

        service("", "--name web image");
        loop_until(x.event, x.s->give_back_waits);
        loop_until(x.event, !x.s->give_back_waits);
        cr_assert_geq(sd_event_source_get_enabled(x.s->give_back, &enabled), 0);
        cr_assert_eq(enabled, SD_EVENT_OFF);
        tell_output("hello\n");
        loop_until(x.event, x.s->lines_since == 1);
        cr_assert_not(x.s->give_back_waits);
        for (unsigned i = 0; i < 100; i++)
                tell_output("hello\n");
        loop_until(x.event, x.s->give_back_waits);
        loop_until(x.event, !x.s->give_back_waits);
}

Test(reports, nobody_reads_the_output)
{
        FakeReply *r;

        service("", "--name web image");
        r = expect("POST", SEND_STOP, 204, "");
        close(x.output);
        tell_output("hello\n");
        until_log("Failed to write the container's output to standard output, some is lost: Broken pipe. "
                  "Ending the container.");
        until_asked(r);
        cr_assert(x.s->facts->output_unread);
}

/* The container runs on: what it writes is read from the stored log. */
Test(reports, output_that_ends_too_early)
{
        FakeReply *list, *follow;

        service("", "--name web image");
        expect_inspect(ID, life_child(), "");
        list = fake_engine_expect(x.fake, "GET", "/containers/" ID "/logs?");
        fake_reply_open_chunked(list);
        fake_reply_send_text(list, "0\r\n\r\n");
        follow = fake_engine_expect(x.fake, "GET", "/containers/" ID "/logs?");
        fake_reply_open_chunked(follow);
        tell_output_end();
        until_asked(follow);
        cr_assert_eq(x.s->state, STATE_RUNNING);
}

Test(reports, output_that_cannot_be_opened_again)
{
        service("", "--name web image");
        supervisor_report_output_failure(x.s, -EIO);
        assert_log("Lines of the container's output may be missing, because it can't be opened again: "
                   "Input/output error");
        cr_assert_eq(x.s->state, STATE_RUNNING);
}
