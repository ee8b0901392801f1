/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --health-*: up to six options define one health check. Times are nanoseconds, as in the engine's API. */

#include <errno.h>

#include "number.h"
#include "run-parse.h"
#include "run-subjects.h"
#include "json/json.h"

static const struct {
        const char *option;
        const char *field;
} health_fields[_HEALTH_MAX] = {
        [HEALTH_INTERVAL] = { "--health-interval", "Interval" },
        [HEALTH_TIMEOUT] = { "--health-timeout", "Timeout" },
        [HEALTH_START_PERIOD] = { "--health-start-period", "StartPeriod" },
        [HEALTH_START_INTERVAL] = { "--health-start-interval", "StartInterval" },
        [HEALTH_RETRIES] = { "--health-retries", "Retries" },
};

int set_health_command(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        return text_replace(&p->health_command, value);
}

int set_health_duration(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        int r = parse_duration(value, &p->health[spec->member]);

        if (r < 0)
                return run_parse_error(p, "not a duration like 30s or 1m30s");
        return 0;
}

int set_health_retries(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        if (parse_int64(value, 0, &p->health[spec->member]) < 0)
                return run_parse_error(p, "not a whole number");
        return 0;
}

static int set_test(RunParse *p, const char *kind, const char *command)
{
        int r = draft_append(p, "Healthcheck/Test", json_text(kind));

        if (r >= 0 && command)
                r = draft_append(p, "Healthcheck/Test", json_text(command));
        return r;
}

int finish_health(RunParse *p)
{
        bool given = p->health_command && *p->health_command;

        for (size_t i = 0; i < _HEALTH_MAX; i++)
                given = given || p->health[i] != 0;
        if (p->o->no_healthcheck) {
                if (given)
                        return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                         "--no-healthcheck and --health-* options contradict each other");
                return set_test(p, "NONE", NULL);
        }
        if (!given)
                return 0;
        for (size_t i = 0; i < _HEALTH_MAX; i++) {
                struct json_object *o = draft_ensure(p, "Healthcheck", json_type_object);

                if (p->health[i] < 0)
                        return cli_error(p->reterr, CLI_EXIT_REFUSED, "%s cannot be negative",
                                         health_fields[i].option);
                if (!o || (p->health[i] > 0 && json_set_int(o, health_fields[i].field, p->health[i]) < 0))
                        return -ENOMEM;
        }
        p->o->health_given = true;
        if (p->health_command && *p->health_command)
                return set_test(p, "CMD-SHELL", p->health_command);
        return 0;
}
