/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Events of the engine. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "codec/engine/engine-event.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* As Docker 20.10 sends it, with the old fields, and as Docker 28 does, without them. */
#define OLD(action, attributes)                                                                             \
        "{\"status\":\"" action "\",\"id\":\"" ID "\",\"from\":\"busybox\",\"Type\":\"container\","         \
        "\"Action\":\"" action "\",\"Actor\":{\"ID\":\"" ID "\",\"Attributes\":{" attributes                \
        "\"image\":\"busybox\",\"name\":\"web\"}},\"scope\":\"local\",\"time\":1700000000,"                 \
        "\"timeNano\":1700000000123456789}"
#define NEW(action, attributes)                                                                             \
        "{\"Type\":\"container\",\"Action\":\"" action "\",\"Actor\":{\"ID\":\"" ID                         \
        "\",\"Attributes\":{" attributes                                                                    \
        "\"image\":\"busybox\",\"name\":\"web\"}},\"scope\":\"local\",\"time\":1700000000,"                 \
        "\"timeNano\":1700000000123456789}"

static int parse(const char *s, EngineEvent *ret)
{
        return engine_event_parse(s, strlen(s), ret);
}

static void check(const char *s, EngineEventKind kind, int exit_code, int signo, bool healthy)
{
        _cleanup_(engine_event_done) EngineEvent e = ENGINE_EVENT_NULL;

        cr_assert_eq(parse(s, &e), 1, "%s", s);
        cr_assert_eq(e.kind, kind, "%s", s);
        cr_assert_eq(e.exit_code, exit_code);
        cr_assert_eq(e.signal, signo);
        cr_assert_eq(e.healthy, healthy);
        cr_assert_str_eq(e.id, ID);
        cr_assert_str_eq(e.name, "web");
        cr_assert_eq(e.time_nsec, 1700000000123456789);
}

Test(engine_event, both_generations)
{
        static const struct {
                const char *old, *new;
                EngineEventKind kind;
                int exit_code, signo;
                bool healthy;
        } cases[] = {
#define CASE(action, attributes, ...) { OLD(action, attributes), NEW(action, attributes), __VA_ARGS__ }
                CASE("create", "", ENGINE_EVENT_CREATE, -1, 0, false),
                CASE("start", "", ENGINE_EVENT_START, -1, 0, false),
                CASE("die", "\"exitCode\":\"137\",", ENGINE_EVENT_DIE, 137, 0, false),
                CASE("die", "\"execDuration\":\"3\",\"exitCode\":\"0\",", ENGINE_EVENT_DIE, 0, 0, false),
                CASE("die", "", ENGINE_EVENT_DIE, -1, 0, false),
                CASE("die", "\"exitCode\":\"256\",", ENGINE_EVENT_DIE, -1, 0, false),
                CASE("die", "\"exitCode\":\"99999999999999999999\",", ENGINE_EVENT_DIE, -1, 0, false),
                CASE("die", "\"exitCode\":\"3x\",", ENGINE_EVENT_DIE, -1, 0, false),
                CASE("die", "\"exitCode\":3,", ENGINE_EVENT_DIE, -1, 0, false),
                CASE("stop", "", ENGINE_EVENT_STOP, -1, 0, false),
                CASE("kill", "\"signal\":\"15\",", ENGINE_EVENT_KILL, -1, 15, false),
                CASE("kill", "\"signal\":\"SIGHUP\",", ENGINE_EVENT_KILL, -1, 1, false),
                CASE("kill", "\"signal\":\"nonsense\",", ENGINE_EVENT_KILL, -1, 0, false),
                CASE("restart", "", ENGINE_EVENT_RESTART, -1, 0, false),
                CASE("pause", "", ENGINE_EVENT_PAUSE, -1, 0, false),
                CASE("unpause", "", ENGINE_EVENT_UNPAUSE, -1, 0, false),
                CASE("oom", "", ENGINE_EVENT_OOM, -1, 0, false),
                CASE("rename", "\"oldName\":\"/old\",", ENGINE_EVENT_RENAME, -1, 0, false),
                CASE("update", "", ENGINE_EVENT_UPDATE, -1, 0, false),
                CASE("destroy", "", ENGINE_EVENT_DESTROY, -1, 0, false),
                CASE("health_status: healthy", "", ENGINE_EVENT_HEALTH_STATUS, -1, 0, true),
                CASE("health_status: unhealthy", "", ENGINE_EVENT_HEALTH_STATUS, -1, 0, false),
                CASE("health_status: starting", "", ENGINE_EVENT_OTHER, -1, 0, false),
                CASE("health_status", "", ENGINE_EVENT_OTHER, -1, 0, false),
                CASE("exec_create: sh -c true", "", ENGINE_EVENT_EXEC_CREATE, -1, 0, false),
                CASE("exec_start: sh -c 'die: healthy'", "", ENGINE_EVENT_EXEC_START, -1, 0, false),
                CASE("exec_die", "\"exitCode\":\"4\",", ENGINE_EVENT_EXEC_DIE, -1, 0, false),
                CASE("attach", "", ENGINE_EVENT_ATTACH, -1, 0, false),
                CASE("archive-path", "", ENGINE_EVENT_OTHER, -1, 0, false),
                CASE("an-action-with-a-name-longer-than-any-of-ours", "", ENGINE_EVENT_OTHER, -1, 0, false),
                CASE("", "", ENGINE_EVENT_OTHER, -1, 0, false),
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                check(cases[i].old, cases[i].kind, cases[i].exit_code, cases[i].signo, cases[i].healthy);
                check(cases[i].new, cases[i].kind, cases[i].exit_code, cases[i].signo, cases[i].healthy);
        }
}

Test(engine_event, only_the_oldest_fields)
{
        _cleanup_(engine_event_done) EngineEvent e = ENGINE_EVENT_NULL;

        cr_assert_eq(parse("{\"status\":\"die\",\"id\":\"" ID "\",\"from\":\"x\",\"time\":5}", &e), 1);
        cr_assert_eq(e.kind, ENGINE_EVENT_DIE);
        cr_assert_eq(e.time_nsec, 5000000000);
        cr_assert_null(e.name);
}

Test(engine_event, events_of_other_things_are_passed_over)
{
        EngineEvent e = { .exit_code = 42 };

        cr_assert_eq(parse("{\"Type\":\"network\",\"Action\":\"connect\",\"Actor\":{\"ID\":\"x\"}}", &e), 0);
        cr_assert_eq(parse("{\"status\":\"pull\",\"id\":\"busybox:latest\",\"Type\":\"image\",\"Action\":"
                           "\"pull\"}",
                           &e),
                     0);
        cr_assert_eq(e.exit_code, 42);
}

Test(engine_event, no_events)
{
        static const char *const bad[] = {
                "",
                " ",
                "{",
                "[]",
                "null",
                "42",
                "\"die\"",
                "{}",
                "{\"Action\":7}",
                "{\"Action\":\"die\"}",
                "{\"Action\":\"die\",\"id\":\"short\"}",
                "{\"Action\":\"die\",\"Actor\":[]}",
                "{\"Action\":\"die\",\"id\":\"" ID "0\"}",
                "{\"Action\":\"die\",\"id\":"
                "\"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\"}",
                "{\"Action\":\"die\",\"id\":\"../"
                "3456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}",
                OLD("die", "") "x",
                "\xff\xfe",
        };
        EngineEvent e = { .exit_code = 42 };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(parse(bad[i], &e), -EBADMSG, "%s", bad[i]);
        cr_assert_eq(e.exit_code, 42);
}

Test(engine_event, times_that_make_no_sense)
{
        static const char *const times[] = {
                "\"timeNano\":-5",  "\"time\":-1",    "\"time\":9223372036854775807",
                "\"time\":\"now\"", "\"time\":1e300",
        };

        for (size_t i = 0; i < ELEMENTSOF(times); i++) {
                _cleanup_(engine_event_done) EngineEvent e = ENGINE_EVENT_NULL;
                char s[256];

                snprintf(s, sizeof(s), "{\"Action\":\"die\",\"id\":\"" ID "\",%s}", times[i]);
                cr_assert_eq(parse(s, &e), 1);
                cr_assert_eq(e.time_nsec, 0, "%s", times[i]);
        }
}

Test(engine_event, slash_before_a_name)
{
        _cleanup_(engine_event_done) EngineEvent e = ENGINE_EVENT_NULL;

        cr_assert_eq(parse("{\"Action\":\"start\",\"Actor\":{\"ID\":\"" ID
                           "\",\"Attributes\":{\"name\":\"/a\"}}}",
                           &e),
                     1);
        cr_assert_str_eq(e.name, "a");
}

Test(engine_event, kinds_have_names)
{
        for (int i = 0; i < _ENGINE_EVENT_KIND_MAX; i++)
                cr_assert_eq(engine_event_kind_from_string(engine_event_kind_to_string((EngineEventKind) i)),
                             i);
}
