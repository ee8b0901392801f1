/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* GET /info: a large object, of which we use a few members. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/engine-info.h"
#include "util/macro.h"
#include "util/string-table.h"
#include "json/json.h"

static const char cgroup_driver_table[_CGROUP_DRIVER_MAX][16] = {
        [CGROUP_DRIVER_NONE] = "none",
        [CGROUP_DRIVER_CGROUPFS] = "cgroupfs",
        [CGROUP_DRIVER_SYSTEMD] = "systemd",
};
DEFINE_STRING_TABLE(cgroup_driver, CgroupDriver)

/* "name=rootless", possibly followed by a comma and more. */
static bool is_rootless(struct json_object *o)
{
        struct json_object *options;

        if (json_get(o, "SecurityOptions", json_type_array, &options) < 0)
                return false;
        for (size_t i = 0; i < json_object_array_length(options); i++) {
                struct json_object *item = json_object_array_get_idx(options, i);
                const char *text =
                        json_object_is_type(item, json_type_string) ? json_object_get_string(item) : "";
                size_t n = strlen("name=rootless");

                if (strncmp(text, "name=rootless", n) == 0 && (!text[n] || text[n] == ','))
                        return true;
        }
        return false;
}

/* Engines before Docker 1.12.4 tell none: it is runc. */
static void find_default_runtime(struct json_object *o, char ret[static ENGINE_RUNTIME_MAX])
{
        const char *name = json_string_or(o, "DefaultRuntime", "runc"), *path;
        struct json_object *runtimes, *runtime, *arguments;

        *ret = 0;
        if (strcmp(name, ENGINE_RUNTIME_NAME) == 0 || strcmp(name, ENGINE_SHIM_RUNTIME_NAME) == 0)
                name = "runc";
        if (json_get(o, "Runtimes", json_type_object, &runtimes) < 0 ||
            !json_object_object_get_ex(runtimes, name, &runtime) ||
            !json_object_is_type(runtime, json_type_object))
                return;
        path = json_string_or(runtime, "path", "");
        if (strlen(path) >= ENGINE_RUNTIME_MAX)
                return;
        if (json_get(runtime, "runtimeArgs", json_type_array, &arguments) >= 0 &&
            json_object_array_length(arguments) > 0)
                return;
        for (const char *c = path; *c; c++)
                if (*c <= ' ' || *c >= 0x7f)
                        return;
        (void) strcpy(ret, path);
}

int engine_info_parse(const char *data, size_t size, EngineInfo *ret)
{
        _cleanup_json_ struct json_object *o = NULL;
        struct json_object *runtimes, *runtime;
        int r = json_parse(data, size, &o);

        assert(ret);
        if (r == -ENOMEM)
                return r;
        if (r < 0 || !json_object_is_type(o, json_type_object))
                return -EBADMSG;
        r = cgroup_driver_from_string(json_string_or(o, "CgroupDriver", "none"));
        *ret = (EngineInfo){
                .cgroup_driver = r < 0 ? CGROUP_DRIVER_NONE : (CgroupDriver) r,
                .takes_shims = strtol(json_string_or(o, "ServerVersion", ""), NULL, 10) >= 23,
                /* Present since API 1.41, the first version that supports v2 at all. */
                .cgroup_v2 = strcmp(json_string_or(o, "CgroupVersion", "1"), "2") == 0,
                .has_our_runtime = json_get(o, "Runtimes", json_type_object, &runtimes) >= 0 &&
                                   json_get(runtimes, ENGINE_RUNTIME_NAME, json_type_object, &runtime) >= 0,
                .defaults_to_ours =
                        strcmp(json_string_or(o, "DefaultRuntime", ""), ENGINE_RUNTIME_NAME) == 0,
                .rootless = is_rootless(o),
        };
        find_default_runtime(o, ret->default_runtime);
        return 0;
}
