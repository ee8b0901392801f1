/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The general setters of the option table: they put a string, a number, an entry of a list, … at a place in
 * the request. */

#include <limits.h>
#include <string.h>

#include "number.h"
#include "run-parse.h"
#include "run-setters.h"
#include "text.h"
#include "json/json.h"

int set_string(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        return draft_set(p, spec->target, json_text(value));
}

int append_string(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        return draft_append(p, spec->target, json_text(value));
}

int set_bool(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        bool b;

        if (parse_bool(value, &b) < 0)
                return run_parse_error(p, "not a boolean");
        return draft_set(p, spec->target, json_object_new_boolean(b));
}

int set_int(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        int64_t i;
        int r = parse_int64(value, 0, &i);

        if (r < 0)
                return run_parse_number_error(p, r, "a whole number");
        return draft_set(p, spec->target, json_object_new_int64(i));
}

int set_uint16(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        uint64_t u;
        int r = parse_uint64(value, 0, UINT16_MAX, &u);

        if (r < 0)
                return run_parse_number_error(p, r, "a whole number");
        return draft_set(p, spec->target, json_object_new_int64((int64_t) u));
}

int set_uint64(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        uint64_t u;
        int r = parse_uint64(value, 0, UINT64_MAX, &u);

        if (r < 0)
                return run_parse_number_error(p, r, "a whole number");
        return draft_set(p, spec->target, json_object_new_uint64(u));
}

int set_size(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        int64_t size;
        int r = parse_size(value, &size);

        if (r < 0)
                return run_parse_number_error(p, r, "a size like 512m or 1.5g");
        return draft_set(p, spec->target, json_object_new_int64(size));
}

int set_key_value(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        return json_put_key_value(draft_ensure(p, spec->target, json_type_object), value);
}

/* For members that the supervisor reads itself. An empty string counts as not given. */
int member_string(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        char **member = (char **) ((char *) p->o + spec->member);
        int r = text_replace(member, value);

        if (r < 0)
                return r;
        if (!**member) {
                free(*member);
                *member = NULL;
        }
        return *spec->target ? draft_set(p, spec->target, json_text(value)) : 0;
}

int member_bool(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        bool *member = (bool *) ((char *) p->o + spec->member);

        if (parse_bool(value, member) < 0)
                return run_parse_error(p, "not a boolean");
        return *spec->target ? draft_set(p, spec->target, json_object_new_boolean(*member)) : 0;
}

int later_string(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        return text_replace(p->strings + spec->member, value);
}

int later_list(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        return strvec_add(p->lists + spec->member, value, strlen(value));
}
