/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Every combination of what readiness, pings and the status line depend on. */

#include <stdio.h>
#include <stdlib.h>

#include "decision.h"
#include "systemd/condition-rules.h"
#include "util/macro.h"

#define NOTIFY "SCH" /* supervisor, container, healthy */
#define HEALTH "NSHU"

static size_t index_of(const char *values, char value)
{
        const char *at = strchr(values, value);

        cr_assert_not_null(at);
        return (size_t) (at - values);
}

/* Ready: notify, READY=1 of the container, health. */

static const char *judge_ready(const char *v)
{
        const Facts facts = { .container.health = (ContainerHealth) index_of(HEALTH, v[2]) };

        return condition_is_ready(&(ConditionView){ .facts = &facts,
                                                    .notify = (NotifyMode) index_of(NOTIFY, v[0]),
                                                    .container_ready = v[1] == '1' })
                       ? "ready"
                       : "not yet";
}

Test(condition_rules, ready)
{
        static const char *const columns[] = { NOTIFY, "01", HEALTH, NULL };
        static const DecisionRow rows[] = {
                { "S**", "ready" },   { "C0*", "not yet" }, { "C1*", "ready" },
                { "H*h", "not yet" }, { "H*H", "ready" },
        };

        decision_check(columns, rows, ELEMENTSOF(rows), judge_ready);
}

/* The wait for health: notify, READY=1 sent, phase, giving up. */

static const char *judge_wait(const char *v)
{
        const Facts facts = { .ready_sent = v[1] == '1', .giving_up = v[3] == '1' };

        return condition_waits_for_health(
                       &(ConditionView){ .facts = &facts,
                                         .notify = (NotifyMode) index_of(NOTIFY, v[0]),
                                         .phase = (ConditionPhase) index_of("ORS", v[2]) })
                       ? "waits"
                       : "does not";
}

Test(condition_rules, wait_for_health)
{
        static const char *const columns[] = { NOTIFY, "01", "ORS", "01", NULL };
        static const DecisionRow rows[] = {
                { "h***", "does not" }, { "H1**", "does not" }, { "H0r*", "does not" },
                { "H0R1", "does not" }, { "H0R0", "waits" },
        };

        decision_check(columns, rows, ELEMENTSOF(rows), judge_wait);
}

/* Pings: phase; dead, process seen, engine lost; watchdog, health, paused; notify, READY=1 of the container,
 * within the time that it has to get ready. */

static const char *judge_ping(const char *v)
{
        const Facts facts = {
                .dead = v[1] == '1',
                .process_seen = v[2] == '1',
                .engine_lost = v[3] == '1',
                .container = { .health = (ContainerHealth) index_of(HEALTH, v[5]), .paused = v[6] == '1' },
                .unit = { .known = true, .timeout_start_usec = 1000 },
        };

        return condition_deserves_ping(&(ConditionView){
                       .facts = &facts,
                       .phase = (ConditionPhase) index_of("ORS", v[0]),
                       .watchdog = (WatchdogMode) index_of("EHC", v[4]),
                       .notify = (NotifyMode) index_of(NOTIFY, v[7]),
                       .container_ready = v[8] == '1',
                       .running_usec = v[9] == '1' ? 999 : 1000,
               })
                       ? "ping"
                       : "none";
}

Test(condition_rules, pings)
{
        static const char *const columns[] = { "ORS", "01",   "01", "01", "EHC", HEALTH,
                                               "01",  NOTIFY, "01", "01", NULL };
        static const DecisionRow rows[] = {
                { "r*********", "ping" }, /* other states have a deadline */
                { "R1********", "none" },
                { "R001******", "none" }, /* nobody knows that it lives */
                /* its process is visible */
                { "R01*E*****", "ping" },
                { "R01*Hu****", "ping" },
                { "R01*HU****", "none" },
                { "R01*C*1***", "ping" },
                { "R01*C*0c**", "none" },
                { "R01*C*0C1*", "none" },
                { "R01*C*0C01", "ping" },
                { "R01*C*0C00", "none" },
                /* the engine knows that it lives */
                { "R000E*****", "ping" },
                { "R000Hu****", "ping" },
                { "R000HU****", "none" },
                { "R000C*1***", "ping" },
                { "R000C*0c**", "none" },
                { "R000C*0C1*", "none" },
                { "R000C*0C01", "ping" },
                { "R000C*0C00", "none" },
        };

        decision_check(columns, rows, ELEMENTSOF(rows), judge_ping);
}

/* The status line: paused, health, engine lost, STATUS= of the container; READY=1 sent, notify, READY=1 of
 * the container; out of memory. */

static const char *judge_line(const char *v)
{
        static char line[256];
        const Facts facts = {
                .container = { .paused = v[0] == '1',
                               .health = (ContainerHealth) index_of(HEALTH, v[1]),
                               .check.limit_usec = 30 * USEC_PER_SEC,
                               .name = (char *) "web",
                               .image = (char *) "nginx",
                               .id = "0123456789abcdef",
                               .pid = 42 },
                .engine_lost = v[2] == '1',
                .ready_sent = v[4] == '1',
        };
        char *text = condition_status_line(&(ConditionView){
                .facts = &facts,
                .container_status = v[3] == '1' ? "the container's own" : NULL,
                .notify = (NotifyMode) index_of(NOTIFY, v[5]),
                .container_ready = v[6] == '1',
                .running_since = "12:00:00",
                .oom_since = v[7] == '1' ? "13:00:00" : "",
        });

        cr_assert_not_null(text);
        (void) snprintf(line, sizeof(line), "%s", text);
        free(text);
        return line;
}

#define REST ": container web (0123456789ab), image nginx, process 42"
#define OOM ", out of memory at 13:00:00"
#define FOR_READY "Container web runs, since 12:00:00 waiting for READY=1 from it"
#define FOR_HEALTH                                                                                          \
        "Container web runs, since 12:00:00 waiting for its first healthy health check, at most 30 s"

Test(condition_rules, status_line)
{
        static const char *const columns[] = { "01", HEALTH, "01", "01", "01", NOTIFY, "01", "01", NULL };
        static const DecisionRow rows[] = {
                { "1******0", "Paused" REST },
                { "1******1", "Paused" OOM REST },
                { "0U*****0", "Unhealthy" REST },
                { "0U*****1", "Unhealthy" OOM REST },
                { "0u1****0", "Running without the Docker engine" REST },
                { "0u1****1", "Running without the Docker engine" OOM REST },
                { "0u01****", "the container's own" },
                { "0N001**0", "Running" REST },
                { "0S001**0", "Running" REST },
                { "0H001**0", "Running, healthy" REST },
                { "0N001**1", "Running" OOM REST },
                { "0S001**1", "Running" OOM REST },
                { "0H001**1", "Running, healthy" OOM REST },
                { "0N000S*0", "Running" REST },
                { "0S000S*0", "Running" REST },
                { "0H000S*0", "Running, healthy" REST },
                { "0N000S*1", "Running" OOM REST },
                { "0S000S*1", "Running" OOM REST },
                { "0H000S*1", "Running, healthy" OOM REST },
                { "0N000C10", "Running" REST },
                { "0S000C10", "Running" REST },
                { "0H000C10", "Running, healthy" REST },
                { "0N000C11", "Running" OOM REST },
                { "0S000C11", "Running" OOM REST },
                { "0H000C11", "Running, healthy" OOM REST },
                { "0u000C0*", FOR_READY },
                { "0H000H*0", "Running, healthy" REST },
                { "0H000H*1", "Running, healthy" OOM REST },
                { "0N000H**", FOR_HEALTH },
                { "0S000H**", FOR_HEALTH },
        };

        decision_check(columns, rows, ELEMENTSOF(rows), judge_line);
}

Test(condition_rules, status_line_of_a_oneshot)
{
        const Facts facts = {
                .container = { .name = (char *) "job",
                               .image = (char *) "busybox",
                               .id = "0123456789abcdef" },
                .unit.type = SERVICE_TYPE_ONESHOT,
                .ready_sent = true,
        };
        char *text = condition_status_line(&(ConditionView){ .facts = &facts, .oom_since = "" });

        cr_assert(text);
        cr_assert_str_eq(text, "Running until it ends by itself (Type=oneshot): container job "
                               "(0123456789ab), image busybox, process 0");
        free(text);
}

Test(condition_rules, status_line_with_the_probe_that_fails)
{
        Facts facts = { .container = { .health = CONTAINER_HEALTH_UNHEALTHY,
                                       .name = (char *) "web",
                                       .image = (char *) "nginx",
                                       .id = "0123456789abcdef",
                                       .check = { .exit_code = 1, .output = (char *) "no route" },
                                       .pid = 42 } };
        const ConditionView v = { .facts = &facts, .oom_since = "" };
        char *line = condition_status_line(&v);

        cr_assert_str_eq(line, "Unhealthy, exit status 1, no route" REST);
        free(line);
        facts.container.paused = true;
        line = condition_status_line(&v);
        cr_assert_str_eq(line, "Paused" REST);
        free(line);
}

Test(condition_rules, status_line_of_a_later_life)
{
        const Facts facts = { .container = { .name = (char *) "web",
                                             .image = (char *) "nginx",
                                             .id = "0123456789abcdef",
                                             .ports = (char *) "8080->80",
                                             .pid = 42 },
                              .ready_sent = true,
                              .unit.restarts = 3 };
        char *line = condition_status_line(
                &(ConditionView){ .facts = &facts, .oom_since = "", .last_end = ", the last ended with 7" });

        cr_assert_str_eq(line, "Running, ports 8080->80, restart 3, the last ended with 7" REST);
        free(line);
}

Test(condition_rules, probes)
{
        static const struct {
                HealthCheck check;
                const char *expected;
        } table[] = {
                { { .exit_code = -1 }, "; none has come to an end" },
                { { .exit_code = -1, .output = (char *) "timed out" },
                  "; the last one did not come to an end: timed out" },
                { { .exit_code = 1 }, "; the last one: exit status 1" },
                { { .exit_code = 1, .output = (char *) "" }, "; the last one: exit status 1" },
                { { .exit_code = 2, .output = (char *) "no route" },
                  "; the last one: exit status 2, no route" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                char *text = condition_describe_probe(&table[i].check);

                cr_assert_str_eq(text, table[i].expected);
                free(text);
        }
}
