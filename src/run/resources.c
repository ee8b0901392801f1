/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Processors and memory, where the value is more than a number: --cpus, --memory-swap, --memory-swappiness.
 */

#include <errno.h>
#include <string.h>

#include "number.h"
#include "run-parse.h"
#include "run-setters.h"
#include "run-subjects.h"
#include "json/json.h"

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
                return run_parse_number_error(p, r, "a number like 1.5");
        return draft_set(p, spec->target, json_object_new_int64(nano));
}

int set_swappiness(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        int r = parse_int64(value, 0, &p->swappiness);

        if (r < 0)
                return run_parse_number_error(p, r, "a whole number");
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
