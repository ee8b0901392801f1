/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --log-opt, which depends on --log-driver. */

#include <string.h>

#include "run-parse.h"
#include "run-subjects.h"
#include "text.h"
#include "json/json.h"

int finish_log_opts(RunParse *p)
{
        const StrVec *v = p->lists + LIST_LOG_OPT;

        if (v->n == 0)
                return 0;
        if (strcmp(json_string_or(p->o->draft, "HostConfig/LogConfig/Type", ""), "none") == 0)
                return run_parse_error_at(p, "--log-opt", v->items[0],
                                          "--log-driver none does not accept options");
        for (size_t i = 0; i < v->n; i++) {
                int r = json_put_key_value(draft_ensure(p, "HostConfig/LogConfig/Config", json_type_object),
                                           v->items[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}
