/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The two questions for the unit's job, against a systemd by script. */

#include <string.h>

#include "loop.h"
#include "systemd-by-script.h"
#include "systemd/unit-job.h"
#include "util/macro.h"

#define JOB_PATH "/org/freedesktop/systemd1/job/7"

/* The unit's job: NULL, none; "": its type is not told. */
static const char *type;
static bool silent, wrong;
static unsigned asked, reports;
static bool stops;
static UnitJob *job;

static int answer(sd_bus_message *call, const char *property)
{
        sd_bus_message *m = NULL;

        if (strcmp(property, "JobType") == 0 && !*type)
                return sd_bus_reply_method_errorf(call, "org.freedesktop.DBus.Error.UnknownObject", "gone");
        cr_assert_geq(sd_bus_message_new_method_return(call, &m), 0);
        if (wrong)
                cr_assert_geq(sd_bus_message_append(m, "v", "u", 7), 0);
        else if (strcmp(property, "Job") == 0)
                cr_assert_geq(sd_bus_message_append(m, "v", "(uo)", type ? 7 : 0, type ? JOB_PATH : "/"), 0);
        else
                cr_assert_geq(sd_bus_message_append(m, "v", "s", type), 0);
        cr_assert_geq(sd_bus_send(NULL, m, NULL), 0);
        sd_bus_message_unref(m);
        return 1;
}

static int on_call(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        const char *interface, *property, *path = sd_bus_message_get_path(m);

        if (!sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "Get"))
                return 0; /* the end of the connection */
        cr_assert_gt(sd_bus_message_read(m, "ss", &interface, &property), 0);
        if (strcmp(property, "Job") == 0) {
                cr_assert_str_eq(path, "/org/freedesktop/systemd1/unit/web_40a_2eservice");
                cr_assert_str_eq(interface, "org.freedesktop.systemd1.Unit");
        } else {
                cr_assert_str_eq(property, "JobType");
                cr_assert_str_eq(path, JOB_PATH);
                cr_assert_str_eq(interface, "org.freedesktop.systemd1.Job");
        }
        asked++;
        return silent ? 1 : answer(m, property);
}

static void on_known(bool value, void *userdata)
{
        cr_assert_eq(userdata, &reports);
        reports++;
        stops = value;
        job = unit_job_free(job);
}

static bool ask(const char *name)
{
        static const UnitJobOps ops = { on_known };
        sd_event *event = loop_new();
        sd_bus *server, *client = systemd_by_script(event, &server, on_call);

        type = name;
        asked = reports = 0;
        cr_assert_eq(unit_job_new_over(&job, event, client, "web@a.service", &ops, &reports), 0);
        if (silent)
                loop_until(event, asked > 0);
        else
                loop_until(event, reports > 0);
        loop_settle(event);
        cr_assert_eq(reports, !silent);
        job = unit_job_free(job);
        systemd_by_script_end(server, event);
        return stops;
}

Test(unit_job, types, .timeout = LOOP_TIMEOUT)
{
        static const struct {
                const char *type;
                bool stops;
        } table[] = {
                { "stop", true },    { "restart", true },        { "try-restart", true }, { "start", false },
                { "reload", false }, { "verify-active", false }, { "nop", false },        { "", false },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                cr_assert_eq(ask(table[i].type), table[i].stops, "%s", table[i].type);
                cr_assert_eq(asked, 2);
        }
}

Test(unit_job, none, .timeout = LOOP_TIMEOUT)
{
        cr_assert_not(ask(NULL));
        cr_assert_eq(asked, 1);
}

Test(unit_job, answer_of_another_type, .timeout = LOOP_TIMEOUT)
{
        wrong = true;
        cr_assert_not(ask("stop"));
        cr_assert_eq(asked, 1);
}

Test(unit_job, freed_before_the_answer, .timeout = LOOP_TIMEOUT)
{
        silent = true;
        (void) ask("stop");
        cr_assert_null(unit_job_free(NULL));
}
