/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The general setters of the option table: they put a string, a number, an entry of a list, … at a place in
 * the request. */

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "number.h"
#include "run-parse.h"
#include "util/macro.h"
#include "json/json.h"

/* The object that contains the last name of the path; missing objects are created. *ret_name is that last
 * name. */
static struct json_object *draft_parent(RunParse *p, const char *path, const char **ret_name)
{
        struct json_object *o = p->o->draft;
        const char *slash;

        while (o && (slash = strchr(path, '/'))) {
                char name[64];
                size_t n = (size_t) (slash - path);

                assert(n < sizeof(name));
                memcpy(name, path, n);
                name[n] = 0;
                o = json_ensure(o, name, json_type_object);
                path = slash + 1;
        }
        *ret_name = path;
        return o;
}

int draft_set(RunParse *p, const char *path, struct json_object *value)
{
        struct json_object *parent = draft_parent(p, path, &path);

        if (!parent) {
                json_object_put(value);
                return -ENOMEM;
        }
        return json_set(parent, path, value);
}

struct json_object *draft_ensure(RunParse *p, const char *path, enum json_type type)
{
        struct json_object *parent = draft_parent(p, path, &path);

        return parent ? json_ensure(parent, path, type) : NULL;
}

int draft_append(RunParse *p, const char *path, struct json_object *value)
{
        struct json_object *array = draft_ensure(p, path, json_type_array);

        if (!array) {
                json_object_put(value);
                return -ENOMEM;
        }
        return json_append(array, value);
}

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

static int number_error(RunParse *p, int r, const char *what)
{
        if (r == -ENOMEM)
                return r;
        return r == -ERANGE ? run_parse_error(p, "out of range") : run_parse_error(p, "not %s", what);
}

int set_int(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        int64_t i;
        int r = parse_int64(value, 0, &i);

        if (r < 0)
                return number_error(p, r, "a whole number");
        return draft_set(p, spec->target, json_object_new_int64(i));
}

int set_oom_score_adj(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        return set_int(p, spec, value);
}

int set_uint16(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        uint64_t u;
        int r = parse_uint64(value, 0, UINT16_MAX, &u);

        if (r < 0)
                return number_error(p, r, "a whole number");
        return draft_set(p, spec->target, json_object_new_int64((int64_t) u));
}

int set_uint64(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        uint64_t u;
        int r = parse_uint64(value, 0, UINT64_MAX, &u);

        if (r < 0)
                return number_error(p, r, "a whole number");
        return draft_set(p, spec->target, json_object_new_uint64(u));
}

int set_size(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        int64_t size;
        int r = parse_size(value, &size);

        if (r < 0)
                return number_error(p, r, "a size like 512m or 1.5g");
        return draft_set(p, spec->target, json_object_new_int64(size));
}

int set_memory_swap(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        if (strcmp(value, "-1") == 0)
                return draft_set(p, spec->target, json_object_new_int64(-1));
        return set_size(p, spec, value);
}

int set_cpus(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        int64_t nano;
        int r = parse_cpus(value, &nano);

        if (r == -ERANGE)
                return run_parse_error(p, "finer than a billionth of a processor, or out of range");
        if (r < 0)
                return number_error(p, r, "a number like 1.5");
        return draft_set(p, spec->target, json_object_new_int64(nano));
}

int set_swappiness(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        int r = parse_int64(value, 0, &p->swappiness);

        if (r < 0)
                return number_error(p, r, "a whole number");
        return draft_set(p, spec->target, json_object_new_int64(p->swappiness));
}

int finish_resources(RunParse *p)
{
        if (p->swappiness < -1 || p->swappiness > 100)
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "invalid value \"%lli\" for --memory-swappiness: not between 0 and 100",
                                 (long long) p->swappiness);
        /* -1 is the default and is not sent; 0 is a value. */
        if (p->swappiness == -1)
                json_object_object_del(draft_ensure(p, "HostConfig", json_type_object), "MemorySwappiness");
        return 0;
}

int set_stop_timeout(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        int64_t seconds;
        int r = parse_int64(value, 0, &seconds);

        if (r < 0)
                return number_error(p, r, "a number of seconds");
        /* For the engine, a negative timeout means that it waits without limit. */
        p->o->stop_timeout = seconds < 0 || seconds > INT_MAX ? INT_MAX : (int) seconds;
        return draft_set(p, spec->target, json_object_new_int64(seconds));
}

/* Puts "KEY=VALUE" or "KEY" into an object. */
static int put_key_value(struct json_object *o, const char *s)
{
        const char *rest = NULL;
        _cleanup_free_ char *key = text_cut(s, '=', &rest);

        if (!o || !key)
                return -ENOMEM;
        return json_set_text(o, key, rest ? rest : "");
}

int set_key_value(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        return put_key_value(draft_ensure(p, spec->target, json_type_object), value);
}

int set_tmpfs(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        const char *rest = NULL;
        _cleanup_free_ char *path = text_cut(value, ':', &rest);
        struct json_object *o = draft_ensure(p, spec->target, json_type_object);

        if (!o || !path)
                return -ENOMEM;
        return json_set_text(o, path, rest ? rest : "");
}

static int replace(char **target, const char *value)
{
        char *copy = strdup(value);

        if (!copy)
                return -ENOMEM;
        free(*target);
        *target = copy;
        return 0;
}

/* For members that the supervisor reads itself. An empty string counts as not given. */
int member_string(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        char **member = (char **) ((char *) p->o + spec->member);
        int r = replace(member, value);

        if (r < 0)
                return r;
        if (!**member) {
                free(*member);
                *member = NULL;
        }
        return spec->target ? draft_set(p, spec->target, json_text(value)) : 0;
}

int member_bool(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        bool *member = (bool *) ((char *) p->o + spec->member);

        if (parse_bool(value, member) < 0)
                return run_parse_error(p, "not a boolean");
        return spec->target ? draft_set(p, spec->target, json_object_new_boolean(*member)) : 0;
}

int later_string(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        return replace(p->strings + spec->member, value);
}

int later_list(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        return strvec_add(p->lists + spec->member, value, strlen(value));
}

int finish_log_opts(RunParse *p)
{
        const StrVec *v = p->lists + LIST_LOG_OPT;

        if (v->n == 0)
                return 0;
        if (strcmp(json_string_or(p->o->draft, "HostConfig/LogConfig/Type", ""), "none") == 0)
                return run_parse_error_at(p, "--log-opt", v->items[0],
                                          "--log-driver none does not accept options");
        for (size_t i = 0; i < v->n; i++) {
                int r = put_key_value(draft_ensure(p, "HostConfig/LogConfig/Config", json_type_object),
                                      v->items[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}

int finish_storage_opts(RunParse *p)
{
        const StrVec *v = p->lists + LIST_STORAGE_OPT;

        for (size_t i = 0; i < v->n; i++) {
                int r;

                if (!strchr(v->items[i], '='))
                        return run_parse_error_at(p, "--storage-opt", v->items[i], "not KEY=VALUE");
                r = put_key_value(draft_ensure(p, "HostConfig/StorageOpt", json_type_object), v->items[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}
