/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Where the container keeps data besides volumes: --tmpfs, --storage-opt. */

#include <errno.h>
#include <string.h>

#include "run-parse.h"
#include "run-subjects.h"
#include "text.h"
#include "json/json.h"

int set_tmpfs(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        const char *rest = NULL;
        _cleanup_free_ char *path = text_cut(value, ':', &rest);
        struct json_object *o = draft_ensure(p, spec->target, json_type_object);

        if (!o || !path)
                return -ENOMEM;
        return json_set_text(o, path, rest ? rest : "");
}

int finish_storage_opts(RunParse *p)
{
        const StrVec *v = p->lists + LIST_STORAGE_OPT;

        for (size_t i = 0; i < v->n; i++) {
                int r;

                if (!strchr(v->items[i], '='))
                        return run_parse_error_at(p, "--storage-opt", v->items[i], "not KEY=VALUE");
                r = json_put_key_value(draft_ensure(p, "HostConfig/StorageOpt", json_type_object),
                                       v->items[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}
