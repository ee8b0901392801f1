/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What the condition of the container asks for: mostly that systemd is told something. */

#include "reports-condition.h"
#include "failure.h"
#include "machine.h"
#include "reports-unit-link.h"
#include "util/macro.h"

#define PROBE_TIMEOUT_USEC (10 * USEC_PER_SEC)

static void on_status(const char *text, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        unit_link_status(s->unit_link, "%s", text);
}

static void on_notify(const char *message, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        unit_link_notify(s->unit_link, "%s", message);
}

static void on_ready(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        supervisor_send_ready(s);
        supervisor_wake(s);
}

static void on_remember_ready(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        relay_remember_ready(s->relay);
}

static void on_probe_engine(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (s->events)
                engine_events_probe(s->events, PROBE_TIMEOUT_USEC);
}

static void on_give_up(const char *message, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_giving_up(s->record, false);
        supervisor_fail_wait(s, message);
        supervisor_push(s, LIFE_GIVE_UP);
}

const ConditionOps supervisor_condition_ops = {
        on_status, on_notify, on_ready, on_remember_ready, supervisor_say, on_probe_engine, on_give_up,
};

int supervisor_check_health_options(Supervisor *s)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        int r = condition_check_options(s->condition, &error);

        if (r < 0)
                supervisor_refuse(s, r, &error);
        return r;
}
