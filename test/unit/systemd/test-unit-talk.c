/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A systemd that executes itself: it hangs up on a question, and for a while nobody listens at its socket.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "systemd-by-script.h"
#include "systemd/engine-unit.h"
#include "systemd/unit-info.h"
#include "systemd/unit-job.h"
#include "systemd/unit-talk.h"
#include "util/macro.h"

#define SERVERS_MAX 8

/* What each connection comes to. */
typedef enum Fate {
        HANG_UP = 'h', /* on the first question */
        HALF = '1',    /* on the second question */
        REFUSE = 'r',  /* nobody listens */
        FAIL = 'f',
        ANSWER = 'a',
} Fate;

static const char *fates; /* the last one is that of all that follow */
static sd_event *event;
static sd_bus *servers[SERVERS_MAX];
static unsigned connections, questions, reports;
static int result;

int __wrap_unit_bus_open(sd_bus **ret, char **ret_unit);
int __wrap_unit_bus_open_system(sd_bus **ret);

static Fate fate_of(unsigned connection)
{
        return (Fate) fates[MIN(connection, strlen(fates)) - 1];
}

static void answer_with(sd_bus_message *m)
{
        cr_assert_geq(sd_bus_send(NULL, m, NULL), 0);
        sd_bus_message_unref(m);
}

static void append_units(sd_bus_message *m)
{
        cr_assert_geq(sd_bus_message_append(m, "a(ssssssouso)", 1, "docker.socket", "", "loaded", "active",
                                            "listening", "", "/x", 0, "", "/"),
                      0);
}

static int on_call(sd_bus_message *call, void *userdata, sd_bus_error *reterr)
{
        const char *interface, *property = "";
        sd_bus_message *m = NULL;
        Fate fate = fate_of(connections);

        if (sd_bus_message_get_error(call) || !sd_bus_message_get_member(call) ||
            sd_bus_message_is_signal(call, NULL, NULL))
                return 0; /* the end of the connection */
        questions++;
        if (fate == HANG_UP || (fate == HALF && questions == 2)) {
                sd_bus_close(sd_bus_message_get_bus(call));
                return 1;
        }
        cr_assert_geq(sd_bus_message_new_method_return(call, &m), 0);
        if (sd_bus_message_is_method_call(call, NULL, "ListUnitsByNames"))
                append_units(m);
        else if (sd_bus_message_is_method_call(call, NULL, "GetAll"))
                cr_assert_geq(sd_bus_message_append(m, "a{sv}", 1, "NotifyAccess", "s", "all"), 0);
        else {
                cr_assert_gt(sd_bus_message_read(call, "ss", &interface, &property), 0);
                if (strcmp(property, "Job") == 0)
                        cr_assert_geq(sd_bus_message_append(m, "v", "(uo)", 7, "/job"), 0);
                else if (strcmp(property, "JobType") == 0)
                        cr_assert_geq(sd_bus_message_append(m, "v", "s", "stop"), 0);
                else
                        cr_assert_geq(sd_bus_message_append(m, "v", "a(ss)", 1, "Stream", "/run/x"), 0);
        }
        answer_with(m);
        return 1;
}

static int connect_to(sd_bus **ret)
{
        Fate fate = fate_of(++connections);

        *ret = NULL;
        if (fate == FAIL)
                return -EACCES;
        if (fate != REFUSE) {
                cr_assert_leq(connections, SERVERS_MAX);
                questions = 0;
                *ret = systemd_by_script(event, &servers[connections - 1], on_call);
        }
        return 0;
}

int __wrap_unit_bus_open(sd_bus **ret, char **ret_unit)
{
        *ret_unit = strdup("web.service");
        cr_assert_not_null(*ret_unit);
        return connect_to(ret);
}

int __wrap_unit_bus_open_system(sd_bus **ret)
{
        return connect_to(ret);
}

/* The three who ask; each one's object is freed from its report. */

static UnitInfo *info;
static UnitJob *job;
static EngineUnit *engine;

static void on_info(const UnitProperties *properties, int r, void *userdata)
{
        reports++;
        result = r < 0 ? r : properties->known && properties->notify_access == NOTIFY_ACCESS_ALL;
        info = unit_info_free(info);
}

static void on_job(bool stops, void *userdata)
{
        reports++;
        result = stops;
        job = unit_job_free(job);
}

static void on_rest(EngineRest rest, void *userdata)
{
        reports++;
        result = rest == ENGINE_REST_STOPPED;
        engine = engine_unit_free(engine);
}

static int ask_info(void)
{
        static const UnitInfoOps ops = { on_info };

        return unit_info_new(&info, event, &ops, NULL);
}

static int ask_job(void)
{
        static const UnitJobOps ops = { on_job };

        return unit_job_new(&job, event, &ops, NULL);
}

static int ask_engine(void)
{
        static const EngineUnitOps ops = { on_rest };

        return engine_unit_new(&engine, event, "/run/x", &ops, NULL);
}

static int (*const askers[])(void) = { ask_info, ask_job, ask_engine };

static void end(void)
{
        for (unsigned i = 0; i < SERVERS_MAX; i++)
                if (servers[i]) {
                        (void) sd_bus_detach_event(servers[i]);
                        sd_bus_close_unref(servers[i]);
                        servers[i] = NULL;
                }
        event = sd_event_unref(event);
}

static int asked(int (*ask)(void), const char *script)
{
        event = loop_new();
        fates = script;
        connections = questions = reports = 0;
        cr_assert_eq(ask(), 0);
        loop_until(event, reports > 0);
        loop_settle(event);
        cr_assert_eq(reports, 1);
        end();
        return result;
}

Test(unit_talk, systemd_executes_itself, .timeout = LOOP_TIMEOUT)
{
        static const char *const scripts[] = { "a", "ha", "ra", "hrra", "rha", "1a", "1hr1a" };

        for (size_t i = 0; i < ELEMENTSOF(askers); i++)
                for (size_t n = 0; n < ELEMENTSOF(scripts); n++) {
                        cr_assert_eq(asked(askers[i], scripts[n]), 1, "%zu: %s", i, scripts[n]);
                        cr_assert_leq(connections, strlen(scripts[n]));
                }
}

Test(unit_talk, no_longer_reached, .timeout = LOOP_TIMEOUT)
{
        cr_assert_eq(asked(ask_info, "hf"), -EACCES);
        cr_assert_eq(asked(ask_job, "rf"), 0);
        cr_assert_eq(asked(ask_engine, "1f"), 0);
}

Test(unit_talk, never_back, .timeout = LOOP_TIMEOUT)
{
        cr_assert_eq(asked(ask_info, "hr"), -ECONNRESET);
        cr_assert_eq(connections, UNIT_TALK_ATTEMPTS_MAX + 1);
}

Test(unit_talk, freed_while_nobody_listens, .timeout = LOOP_TIMEOUT)
{
        for (size_t i = 0; i < ELEMENTSOF(askers); i++) {
                event = loop_new();
                fates = "r";
                reports = 0;
                cr_assert_eq(askers[i](), 0);
                info = unit_info_free(info);
                job = unit_job_free(job);
                engine = engine_unit_free(engine);
                loop_settle(event);
                cr_assert_eq(reports, 0);
                end();
        }
}
