/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What a condition asks for, in which order, and when; what follows from what is in test-condition-rules.c.
 */

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "loop.h"
#include "systemd/condition.h"
#include "util/macro.h"
#include "util/message-ids.h"

#define WATCHDOG_USEC (2 * USEC_PER_MSEC)

static sd_event *event;
static Condition *condition;
static Facts facts;
/* What was asked for since it was last looked at, one a line. */
static char asked[8192];
static unsigned pings;
static bool free_on_give_up, free_on_notify;

static void ask(const char *what, const char *text)
{
        size_t n = strlen(asked);

        (void) snprintf(asked + n, sizeof(asked) - n, "%s%s\n", what, text);
}

static void on_status(const char *text, void *userdata)
{
        cr_assert_eq(userdata, &facts);
        ask("STATUS=", text);
}

static void on_notify(const char *message, void *userdata)
{
        cr_assert_eq(userdata, &facts);
        ask("", message);
        pings += strcmp(message, "WATCHDOG=1") == 0;
        if (free_on_notify)
                condition = condition_free(condition);
}

static void on_ready(void *userdata)
{
        cr_assert_eq(userdata, &facts);
        if (!facts.ready_sent)
                ask("READY", "");
        facts.ready_sent = true;
}

static void on_remember_ready(void *userdata)
{
        cr_assert_eq(userdata, &facts);
        ask("remember", "");
}

static void on_say(int level, const char *id, const char *message, void *userdata)
{
        char what[64];

        cr_assert_eq(userdata, &facts);
        (void) snprintf(what, sizeof(what), "<%i>%.4s ", level, id ?: "-");
        ask(what, message);
}

static void on_probe_engine(void *userdata)
{
        cr_assert_eq(userdata, &facts);
        ask("probe", "");
}

static void on_give_up(const char *message, void *userdata)
{
        cr_assert_eq(userdata, &facts);
        ask("give up: ", message);
        if (free_on_give_up)
                condition = condition_free(condition);
}

static const ConditionOps ops = { on_status, on_notify,       on_ready,  on_remember_ready,
                                  on_say,    on_probe_engine, on_give_up };

static void setup(void)
{
        event = loop_new();
        facts = (Facts){
                .container = { .name = (char *) "web",
                               .image = (char *) "nginx",
                               .id = "0123456789abcdef",
                               .pid = 42,
                               .check.exit_code = -1 },
                .unit = { .known = true, .timeout_start_usec = UINT64_MAX },
                .process_seen = true,
        };
}

static void teardown(void)
{
        condition_free(condition);
        sd_event_unref(event);
}

TestSuite(condition, .init = setup, .fini = teardown, .timeout = LOOP_TIMEOUT);

static void make(const ConditionConfig *config)
{
        cr_assert_eq(condition_new(&condition, event, config, &facts, &ops, &facts), 0);
}

/* As the supervisor does when the container runs. */
static void begin(bool was_ready)
{
        condition_set_phase(condition, CONDITION_RUNNING);
        facts.announced = true;
        condition_begin(condition, was_ready);
}

static void assert_asked(const char *expected)
{
        cr_assert_str_eq(asked, expected);
        *asked = 0;
}

/* Of a line with a time in it. */
static void assert_asked_like(const char *begin_of, const char *end_of)
{
        size_t n = strlen(asked), e = strlen(end_of);

        cr_assert_eq(strncmp(asked, begin_of, strlen(begin_of)), 0, "%s", asked);
        cr_assert(n >= e && strcmp(asked + n - e, end_of) == 0, "%s", asked);
        *asked = 0;
}

#define REST ": container web (0123456789ab), image nginx, process 42\n"
#define RUNNING "STATUS=Running" REST
#define HEALTHY "STATUS=Running, healthy" REST

Test(condition, nobody_is_freed)
{
        cr_assert_null(condition_free(NULL));
}

Test(condition, ready_once_it_runs)
{
        make(&(ConditionConfig){ .notify = NOTIFY_SUPERVISOR });
        condition_report(condition);
        condition_judge_health(condition);
        assert_asked("");
        condition_set_phase(condition, CONDITION_RUNNING);
        condition_report(condition); /* systemd does not know it yet */
        assert_asked("");
        begin(false);
        assert_asked(RUNNING "READY\n");
        condition_report(condition);
        assert_asked(RUNNING);
        condition_set_phase(condition, CONDITION_OTHER);
        condition_report(condition);
        assert_asked("");
        cr_assert_null(condition_verdict(condition));
}

Test(condition, container_says_ready)
{
        make(&(ConditionConfig){ .notify = NOTIFY_CONTAINER });
        begin(false);
        assert_asked_like("STATUS=Container web runs, since ", " waiting for READY=1 from it\n");
        condition_report_changes(condition);
        assert_asked("");
        condition_container_says_ready(condition);
        assert_asked(""); /* at the end of the batch */
        condition_report_changes(condition);
        assert_asked(RUNNING "remember\nREADY\n");
        condition_container_says_ready(condition); /* of a reload */
        condition_report_changes(condition);
        assert_asked("");
        condition_container_status(condition, "serving");
        condition_report_changes(condition);
        assert_asked("STATUS=serving\n");
}

Test(condition, said_before_systemd_knows_it)
{
        make(&(ConditionConfig){ .notify = NOTIFY_CONTAINER });
        condition_container_status(condition, "warming up");
        condition_container_says_ready(condition);
        condition_report_changes(condition);
        assert_asked("");
        begin(false);
        assert_asked("STATUS=warming up\nremember\nREADY\n");
}

Test(condition, ready_before_an_earlier_supervisor)
{
        make(&(ConditionConfig){ .notify = NOTIFY_CONTAINER });
        begin(true);
        assert_asked(RUNNING "remember\nREADY\n");
}

Test(condition, new_life_says_it_again)
{
        make(&(ConditionConfig){ .notify = NOTIFY_CONTAINER });
        condition_container_status(condition, "old");
        condition_container_says_ready(condition);
        begin(false);
        condition_note_oom(condition);
        *asked = 0;
        condition_reset(condition);
        facts.ready_sent = false;
        begin(false);
        assert_asked_like("STATUS=Container web runs, since ", " waiting for READY=1 from it\n");
        condition_container_says_ready(condition);
        condition_report_changes(condition);
        assert_asked(RUNNING "remember\nREADY\n");
}

Test(condition, own_status_while_it_stops)
{
        make(&(ConditionConfig){ .notify = NOTIFY_CONTAINER });
        begin(true);
        condition_set_phase(condition, CONDITION_STOPPING);
        *asked = 0;
        condition_report(condition);
        assert_asked("");
        condition_container_says_ready(condition);
        condition_report_changes(condition);
        assert_asked("");
        condition_container_status(condition, "flushing");
        condition_report_changes(condition);
        assert_asked("STATUS=flushing\n");
        condition_report_changes(condition); /* nothing new */
        assert_asked("");
        condition_set_phase(condition, CONDITION_OTHER);
        condition_container_status(condition, "too late");
        condition_report_changes(condition);
        assert_asked("");
}

Test(condition, options_that_need_a_health_check)
{
        static const struct {
                ConditionConfig config;
                bool present;
                const char *option; /* NULL: all right */
        } table[] = {
                { { .notify = NOTIFY_SUPERVISOR, .watchdog = WATCHDOG_ENGINE }, false, NULL },
                { { .notify = NOTIFY_CONTAINER, .watchdog = WATCHDOG_CONTAINER }, false, NULL },
                { { .notify = NOTIFY_HEALTHY }, false, "--notify=healthy" },
                { { .watchdog = WATCHDOG_HEALTHY }, false, "--watchdog=healthy" },
                { { .notify = NOTIFY_HEALTHY, .watchdog = WATCHDOG_HEALTHY }, false, "--notify=healthy" },
                { { .notify = NOTIFY_HEALTHY, .watchdog = WATCHDOG_HEALTHY }, true, NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;

                make(&table[i].config);
                facts.container.check.present = table[i].present;
                cr_assert_eq(condition_check_options(condition, &error), table[i].option ? -EINVAL : 0,
                             "row %zu", i);
                if (table[i].option) {
                        cr_assert_eq(error.exit_code, CLI_EXIT_REFUSED);
                        cr_assert_eq(strncmp(error.message, table[i].option, strlen(table[i].option)), 0);
                } else
                        cr_assert_null(error.message);
                condition = condition_free(condition);
        }
}

/* Health */

static void set_health(ContainerHealth health)
{
        facts.container.health = health;
        condition_judge_health(condition);
}

Test(condition, ready_with_the_first_healthy_check)
{
        make(&(ConditionConfig){ .notify = NOTIFY_HEALTHY, .health_margin_usec = 5 * USEC_PER_SEC });
        facts.container.check.limit_usec = 30 * USEC_PER_SEC;
        facts.container.health = CONTAINER_HEALTH_STARTING;
        begin(false);
        cr_assert_eq(strncmp(asked, "EXTEND_TIMEOUT_USEC=40000000\nSTATUS=Container web runs, since ", 60),
                     0, "%s", asked);
        /* The state that it begins with is judged, too. */
        assert_asked_like("EXTEND", " health check, at most 30 s\n");
        set_health(CONTAINER_HEALTH_HEALTHY);
        assert_asked(HEALTHY "READY\n");
        set_health(CONTAINER_HEALTH_HEALTHY);
        assert_asked("");
}

Test(condition, health_that_nobody_waits_for)
{
        static const struct {
                NotifyMode notify;
                ContainerHealth health;
                uint64_t limit;
        } table[] = {
                { NOTIFY_SUPERVISOR, CONTAINER_HEALTH_STARTING, USEC_PER_SEC },
                { NOTIFY_CONTAINER, CONTAINER_HEALTH_STARTING, USEC_PER_SEC },
                { NOTIFY_HEALTHY, CONTAINER_HEALTH_HEALTHY, USEC_PER_SEC },
                { NOTIFY_HEALTHY, CONTAINER_HEALTH_STARTING, UINT64_MAX },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                make(&(ConditionConfig){ .notify = table[i].notify, .health_margin_usec = USEC_PER_SEC });
                facts.container.check.limit_usec = table[i].limit;
                facts.container.health = table[i].health;
                facts.ready_sent = false;
                begin(false);
                cr_assert_null(strstr(asked, "EXTEND"), "row %zu", i);
                *asked = 0;
                condition = condition_free(condition);
        }
}

#define NEVER_HEALTHY                                                                                       \
        "Container web did not get healthy, its health checks fail; the last one: exit status 1, no route"

Test(condition, unhealthy_before_it_was_ready)
{
        make(&(ConditionConfig){ .notify = NOTIFY_HEALTHY });
        begin(false);
        *asked = 0;
        facts.container.check.exit_code = 1;
        facts.container.check.output = (char *) "no route";
        set_health(CONTAINER_HEALTH_UNHEALTHY);
        assert_asked("STATUS=Unhealthy, exit status 1, no route" REST "STATUS=" NEVER_HEALTHY
                     "\ngive up: " NEVER_HEALTHY "\n");
        cr_assert_str_eq(condition_verdict(condition), NEVER_HEALTHY);
}

Test(condition, freed_when_it_gives_up)
{
        make(&(ConditionConfig){ .notify = NOTIFY_HEALTHY });
        begin(false);
        free_on_give_up = true;
        set_health(CONTAINER_HEALTH_UNHEALTHY);
        cr_assert_null(condition);
}

Test(condition, no_verdict_in_time)
{
        make(&(ConditionConfig){ .notify = NOTIFY_HEALTHY, .health_margin_usec = USEC_PER_MSEC });
        facts.container.health = CONTAINER_HEALTH_STARTING;
        facts.container.check.limit_usec = USEC_PER_MSEC;
        begin(false);
        free_on_give_up = true;
        loop_until(event, !condition);
        cr_assert_not_null(strstr(asked,
                                  "give up: Container web did not get healthy, and the engine did not "
                                  "call it unhealthy in time; none has come to an end\n"),
                           "%s", asked);
}

Test(condition, paused_health_checks_have_more_time)
{
        uint64_t begun, now;

        make(&(ConditionConfig){ .notify = NOTIFY_HEALTHY, .health_margin_usec = 20 * USEC_PER_MSEC });
        facts.container.health = CONTAINER_HEALTH_STARTING;
        facts.container.paused = true;
        cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &begun), 0);
        begin(false);
        cr_assert_geq(sd_event_run(event, UINT64_MAX), 0); /* the limit */
        cr_assert_null(strstr(asked, "give up"));
        facts.container.paused = false;
        loop_until(event, strstr(asked, "give up"));
        cr_assert_geq(sd_event_now(event, CLOCK_MONOTONIC, &now), 0);
        cr_assert_geq(now - begun, 40 * USEC_PER_MSEC);
}

Test(condition, the_limit_of_a_wait_that_is_over)
{
        make(&(ConditionConfig){ .notify = NOTIFY_HEALTHY, .health_margin_usec = USEC_PER_MSEC });
        facts.container.health = CONTAINER_HEALTH_STARTING;
        begin(false);
        set_health(CONTAINER_HEALTH_HEALTHY);
        *asked = 0;
        cr_assert_gt(sd_event_run(event, UINT64_MAX), 0);
        assert_asked("");
}

#define IS_UNHEALTHY "Container web is unhealthy, failed health checks in a row: 3; none has come to an end"

Test(condition, unhealthy_and_healthy_again)
{
        char expected[512];

        make(&(ConditionConfig){ .watchdog = WATCHDOG_HEALTHY }); /* without WatchdogSec= */
        facts.container.check.failures = 3;
        begin(false);
        *asked = 0;
        set_health(CONTAINER_HEALTH_UNHEALTHY);
        (void) snprintf(expected, sizeof(expected), "STATUS=Unhealthy" REST "<4>%.4s " IS_UNHEALTHY "\n",
                        MESSAGE_ID_CONTAINER_UNHEALTHY);
        assert_asked(expected);
        cr_assert_null(condition_verdict(condition));
        set_health(CONTAINER_HEALTH_HEALTHY);
        (void) snprintf(expected, sizeof(expected), HEALTHY "<5>%.4s Container web is healthy again.\n",
                        MESSAGE_ID_CONTAINER_HEALTHY);
        assert_asked(expected);
}

Test(condition, unhealthy_under_the_watchdog)
{
        char expected[1024];

        make(&(ConditionConfig){ .watchdog = WATCHDOG_HEALTHY, .watchdog_usec = USEC_PER_SEC * 1000 });
        facts.container.check.failures = 3;
        begin(false);
        *asked = 0;
        set_health(CONTAINER_HEALTH_UNHEALTHY);
        (void) snprintf(expected, sizeof(expected),
                        "STATUS=Unhealthy" REST "<4>%.4s " IS_UNHEALTHY "\n"
                        "<3>%.4s Container web gets no more pings of the watchdog, because it is unhealthy: "
                        "systemd ends the service.\nSTATUS=" IS_UNHEALTHY "\nWATCHDOG=trigger\n",
                        MESSAGE_ID_CONTAINER_UNHEALTHY, MESSAGE_ID_WATCHDOG);
        assert_asked(expected);
        cr_assert_str_eq(condition_verdict(condition), IS_UNHEALTHY);
        set_health(CONTAINER_HEALTH_HEALTHY);
        cr_assert_null(condition_verdict(condition));
}

Test(condition, out_of_memory)
{
        char expected[256];

        make(&(ConditionConfig){ .notify = NOTIFY_SUPERVISOR });
        condition_note_oom(condition);
        (void) snprintf(expected, sizeof(expected),
                        "<4>%.4s Container web is out of memory, the kernel killed a process of it.\n",
                        MESSAGE_ID_CONTAINER_OOM);
        assert_asked(expected); /* no status before it runs */
        begin(false);
        assert_asked_like("STATUS=Running, out of memory at ", REST "READY\n");
        cr_assert(condition_is_out_of_memory(condition));
        condition_reset(condition);
        cr_assert_not(condition_is_out_of_memory(condition));
}

/* Watchdog */

Test(condition, pings)
{
        make(&(ConditionConfig){ .watchdog_usec = WATCHDOG_USEC });
        begin(false);
        loop_until(event, pings >= 3);
        facts.dead = true;
        pings = 0;
        for (int i = 0; i < 3; i++)
                cr_assert_gt(sd_event_run(event, UINT64_MAX), 0);
        cr_assert_eq(pings, 0);
        condition_set_phase(condition, CONDITION_OTHER); /* its deadline is the limit now */
        loop_until(event, pings > 0);
        condition_stop_watchdog(condition);
        pings = 0;
        cr_assert_eq(sd_event_run(event, 10 * USEC_PER_MSEC), 0);
        cr_assert_eq(pings, 0);
}

Test(condition, engine_is_probed_where_only_it_can_know)
{
        make(&(ConditionConfig){ .watchdog_usec = WATCHDOG_USEC });
        begin(false);
        loop_until(event, pings >= 2);
        cr_assert_null(strstr(asked, "probe"), "the process is watched");
        *asked = 0;
        facts.process_seen = false;
        pings = 0;
        loop_until(event, pings >= 1);
        assert_asked("probe\nWATCHDOG=1\n");
        facts.engine_lost = true;
        pings = 0;
        for (int i = 0; i < 3; i++)
                cr_assert_gt(sd_event_run(event, UINT64_MAX), 0);
        cr_assert_eq(pings, 0);
}

Test(condition, no_pings_without_a_watchdog)
{
        make(&(ConditionConfig){ .watchdog_usec = 0 });
        begin(false);
        begin(false);
        facts.container.paused = false;
        condition_note_pause(condition);
        condition_container_says_ready(condition);
        cr_assert_eq(sd_event_run(event, 0), 0);
        cr_assert_eq(pings, 0);
}

Test(condition, freed_by_a_ping)
{
        make(&(ConditionConfig){ .watchdog_usec = WATCHDOG_USEC });
        begin(false);
        free_on_notify = true;
        loop_until(event, !condition);
}

/* Whoever has to ping from now on has a whole interval for the first one. */
Test(condition, a_whole_interval)
{
        make(&(ConditionConfig){ .watchdog = WATCHDOG_CONTAINER, .watchdog_usec = USEC_PER_SEC * 1000 });
        begin(false);
        loop_settle(event);
        pings = 0;
        begin(false); /* a new life */
        cr_assert_eq(pings, 1);
        condition_container_says_ready(condition);
        cr_assert_eq(pings, 2);
        condition_container_says_ready(condition);
        cr_assert_eq(pings, 2);
        facts.container.paused = true;
        *asked = 0;
        condition_note_pause(condition);
        assert_asked("STATUS=Paused" REST "remember\n");
        facts.container.paused = false;
        condition_note_pause(condition);
        assert_asked("WATCHDOG=1\n" RUNNING);
}

/* A container that others have restarted has as long as it had at first to say READY=1; until then it is not
 * expected to ping. */
Test(condition, time_to_get_ready_again)
{
        make(&(ConditionConfig){ .notify = NOTIFY_CONTAINER,
                                 .watchdog = WATCHDOG_CONTAINER,
                                 .watchdog_usec = WATCHDOG_USEC });
        facts.unit.timeout_start_usec = UINT64_MAX;
        begin(false);
        loop_until(event, pings >= 3);
        facts.unit.timeout_start_usec = 0;
        pings = 0;
        for (int i = 0; i < 3; i++)
                cr_assert_gt(sd_event_run(event, UINT64_MAX), 0);
        cr_assert_eq(pings, 0);
}

#define TRIGGERED "Container web reports that it has failed (WATCHDOG=trigger)"

Test(condition, trigger)
{
        static const struct {
                WatchdogMode watchdog;
                const char *message;
        } table[] = {
                { WATCHDOG_ENGINE, "WATCHDOG=trigger\n" },
                { WATCHDOG_HEALTHY, "WATCHDOG=trigger\n" },
                { WATCHDOG_CONTAINER, "" }, /* its own message went on */
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                char expected[256];

                make(&(ConditionConfig){ .watchdog = table[i].watchdog });
                (void) snprintf(expected, sizeof(expected),
                                "STATUS=" TRIGGERED "\n<3>%.4s " TRIGGERED ".\n%s", MESSAGE_ID_WATCHDOG,
                                table[i].message);
                condition_container_says_trigger(condition);
                assert_asked(expected);
                condition_container_says_trigger(condition);
                assert_asked("");
                condition_reset(condition);
                condition_container_says_trigger(condition);
                assert_asked(expected);
                condition = condition_free(condition);
        }
}

/* Its own STATUS= is the best that is known. */
Test(condition, trigger_with_a_status)
{
        make(&(ConditionConfig){ .watchdog = WATCHDOG_CONTAINER });
        condition_container_status(condition, "no disk");
        condition_container_says_trigger(condition);
        cr_assert_str_eq(condition_verdict(condition), TRIGGERED ": no disk");
}

/* SIGABRT of systemd's watchdog. */
Test(condition, watchdog)
{
        static const struct {
                ConditionConfig config;
                const char *verdict, *rest;
        } table[] = {
                { { .watchdog = WATCHDOG_CONTAINER, .watchdog_usec = 1500 * USEC_PER_MSEC },
                  "The container has not said WATCHDOG=1 in 1.5 s (--watchdog=container)",
                  "let it send that, raise WatchdogSec=, or leave --watchdog out." },
                { { .watchdog = WATCHDOG_ENGINE, .watchdog_usec = USEC_PER_SEC },
                  "systemd has sent SIGABRT, as its watchdog does",
                  "ending the container." },
        };
        char expected[512];

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                make(&table[i].config);
                condition_note_watchdog(condition);
                (void) snprintf(expected, sizeof(expected), "STATUS=%s\n<3>%.4s %s: %s\n", table[i].verdict,
                                MESSAGE_ID_WATCHDOG, table[i].verdict, table[i].rest);
                assert_asked(expected);
                cr_assert_str_eq(condition_verdict(condition), table[i].verdict);
                condition = condition_free(condition);
        }
        make(&(ConditionConfig){ .watchdog = WATCHDOG_CONTAINER, .watchdog_usec = USEC_PER_SEC });
        condition_container_says_trigger(condition);
        *asked = 0;
        condition_note_watchdog(condition);
        assert_asked("<3>- systemd has sent SIGABRT, as its watchdog does: ending the container.\n");
        cr_assert_str_eq(condition_verdict(condition), TRIGGERED);
}
