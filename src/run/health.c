/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --health-*: up to six options define one health check. Times are nanoseconds, as in the engine's API. */

#include <errno.h>
#include <string.h>

#include "number.h"
#include "run-parse.h"
#include "run-subjects.h"
#include "util/macro.h"
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

/* ["CMD","x","y"], ["CMD-SHELL","x | y"], ["NONE"]. Without such a first word, several strings are a command
 * with its arguments, and a single one is a line for the shell. */
int set_health_test(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        static const char *const kinds[] = { "CMD", "CMD-SHELL", "NONE" };
        _cleanup_json_ struct json_object *list = NULL, *test = json_object_new_array();
        bool has_kind = false;
        size_t n;

        if (!test)
                return -ENOMEM;
        if (json_parse(value, strlen(value), &list) < 0 || !json_object_is_type(list, json_type_array) ||
            json_object_array_length(list) == 0)
                return run_parse_error(p, "not a list of strings in JSON");
        n = json_object_array_length(list);
        for (size_t i = 0; i < n; i++) {
                struct json_object *word = json_object_array_get_idx(list, i);

                if (!json_object_is_type(word, json_type_string))
                        return run_parse_error(p, "not a list of strings in JSON");
                for (size_t k = 0; i == 0 && k < ELEMENTSOF(kinds); k++)
                        has_kind = has_kind || strcmp(json_object_get_string(word), kinds[k]) == 0;
                if (i == 0 && !has_kind && json_append_string(test, n > 1 ? "CMD" : "CMD-SHELL") < 0)
                        return -ENOMEM;
                if (json_append(test, json_object_get(word)) < 0)
                        return -ENOMEM;
        }
        json_object_put(p->health_test);
        p->health_test = TAKE_PTR(test);
        return 0;
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
        bool given = p->health_test || (p->health_command && *p->health_command);

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
        if (p->health_test) {
                struct json_object *o = draft_ensure(p, "Healthcheck", json_type_object);

                return o ? json_set(o, "Test", TAKE_PTR(p->health_test)) : -ENOMEM;
        }
        if (p->health_command && *p->health_command)
                return set_test(p, "CMD-SHELL", p->health_command);
        return 0;
}
