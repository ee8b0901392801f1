/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* How the container is stopped, and that only the service manager starts it again: --stop-timeout,
 * --restart. */

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "number.h"
#include "run-parse.h"
#include "run-subjects.h"
#include "json/json.h"

int set_stop_timeout(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        int64_t seconds;
        int r = parse_int64(value, 0, &seconds);

        if (r < 0)
                return run_parse_number_error(p, r, "a number of seconds");
        /* For the engine, a negative timeout means that it waits without limit. */
        p->o->stop_timeout = seconds < 0 || seconds > INT_MAX ? INT_MAX : (int) seconds;
        return draft_set(p, spec->target, json_object_new_int64(seconds));
}

/* Only systemd restarts the container of a service. Every policy other than "no" is refused. */
int finish_restart(RunParse *p)
{
        const char *value = p->strings[STRING_RESTART], *rest = NULL;
        _cleanup_free_ char *name = NULL;
        int64_t count = 0;

        if (!value || !*value)
                return 0;
        name = text_cut(value, ':', &rest);
        if (!name)
                return -ENOMEM;
        if (rest && !*name)
                return run_parse_error_at(p, "--restart", value, "the policy before the colon is missing");
        if (rest && *rest && parse_int64(rest, 10, &count) < 0)
                return run_parse_error_at(p, "--restart", value, "the retry count is not a whole number");
        if (*name && strcmp(name, "no") != 0)
                return run_parse_error_at(p, "--restart", value,
                                          "systemd restarts the container; use Restart= in the unit");
        if (count == 0)
                return 0;
        if (draft_set(p, "HostConfig/RestartPolicy/Name", json_object_new_string("no")) < 0)
                return -ENOMEM;
        return draft_set(p, "HostConfig/RestartPolicy/MaximumRetryCount", json_object_new_int64(count));
}
