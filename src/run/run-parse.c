/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What every option needs while a command line is parsed: the errors, and the way into the draft of the
 * request. A path like "HostConfig/Memory" is made on the way. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run-parse.h"
#include "util/macro.h"
#include "json/json.h"

int run_parse_error_at(RunParse *p, const char *option, const char *value, const char *format, ...)
{
        Guess g = guess_begin(value, strlen(value));
        _cleanup_free_ char *reason = NULL;
        char hint[GUESS_HINT_SIZE];
        va_list ap;
        int r;

        va_start(ap, format);
        r = vasprintf(&reason, format, ap);
        va_end(ap);
        if (r < 0)
                return cli_error_oom(p->reterr);
        if (p->guess_value)
                (void) p->guess_value(option, &g);
        return cli_error(p->reterr, CLI_EXIT_REFUSED, "invalid value \"%.200s\" for %s: %s%s", value, option,
                         reason, guess_hint(&g, "", hint));
}

int run_parse_error(RunParse *p, const char *format, ...)
{
        _cleanup_free_ char *reason = NULL;
        va_list ap;
        int r;

        va_start(ap, format);
        r = vasprintf(&reason, format, ap);
        va_end(ap);
        if (r < 0)
                return cli_error_oom(p->reterr);
        return run_parse_error_at(p, p->option, p->value, "%s", reason);
}

int run_parse_host_path(RunParse *p, const char *option, const char *value, const char *path, char **ret)
{
        _cleanup_free_ char *absolute = context_absolute_path(p->context, path),
                            *here = context_absolute_path(p->context, ".");

        if (!absolute || !here)
                return -ENOMEM;
        if (*path != '/' && p->context->in_service && strcmp(here, "/") == 0)
                return run_parse_error_at(
                        p, option, value,
                        "relative to /, because the unit has no WorkingDirectory=: set that, "
                        "or write the whole path");
        *ret = TAKE_PTR(absolute);
        return 0;
}

int run_parse_result(RunParse *p, int r)
{
        if (r == -ENOMEM)
                return cli_error_oom(p->reterr);
        return r;
}

int run_parse_number_error(RunParse *p, int r, const char *what)
{
        if (r == -ENOMEM)
                return r;
        return r == -ERANGE ? run_parse_error(p, "out of range") : run_parse_error(p, "not %s", what);
}

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
