/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The members of GET /info that we use. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "codec/engine/engine-info.h"
#include "util/macro.h"

static EngineInfo parse(const char *text)
{
        EngineInfo i;

        cr_assert_eq(engine_info_parse(text, strlen(text), &i), 0, "%s", text);
        return i;
}

Test(engine_info, as_engines_say_it)
{
        EngineInfo i = parse("{\"CgroupDriver\":\"systemd\",\"CgroupVersion\":\"2\",\"SecurityOptions\":"
                             "[\"name=seccomp,profile=default\",\"name=cgroupns\"],\"Runtimes\":{\"runc\":{"
                             "\"path\":\"runc\"},"
                             "\"systemd-docker\":{\"path\":\"/usr/libexec/systemd-docker-runtime\"}}}");

        cr_assert_eq(i.cgroup_driver, CGROUP_DRIVER_SYSTEMD);
        cr_assert(i.cgroup_v2);
        cr_assert(i.has_our_runtime);
        cr_assert_not(i.rootless);
}

Test(engine_info, an_old_engine)
{
        EngineInfo i = parse("{\"CgroupDriver\":\"cgroupfs\",\"Runtimes\":{\"runc\":{\"path\":\"runc\"}}}");

        cr_assert_eq(i.cgroup_driver, CGROUP_DRIVER_CGROUPFS);
        cr_assert_not(i.cgroup_v2);
        cr_assert_not(i.has_our_runtime);
        cr_assert_not(i.takes_shims);
        cr_assert_not(parse("{\"ServerVersion\":\"20.10.24+dfsg1\"}").takes_shims);
        cr_assert(parse("{\"ServerVersion\":\"23.0.1\"}").takes_shims);
}

Test(engine_info, rootless)
{
        cr_assert(parse("{\"SecurityOptions\":[\"name=seccomp\",\"name=rootless\"]}").rootless);
        cr_assert(parse("{\"SecurityOptions\":[\"name=rootless,x=y\"]}").rootless);
        cr_assert_not(parse("{\"SecurityOptions\":[\"name=rootlessness\",7,null]}").rootless);
}

#define DEFAULT(name, runtimes)                                                                             \
        parse("{\"DefaultRuntime\":\"" name "\",\"Runtimes\":{" runtimes "}}").default_runtime

Test(engine_info, default_runtime)
{
        cr_assert_str_eq(DEFAULT("runc", "\"runc\":{\"path\":\"runc\"}"), "runc");
        cr_assert_str_eq(DEFAULT("nvidia",
                                 "\"runc\":{\"path\":\"runc\"},\"nvidia\":{\"path\":\"/usr/bin/nv\","
                                 "\"runtimeArgs\":[]}"),
                         "/usr/bin/nv");
        cr_assert_str_eq(DEFAULT("a/b.c", "\"a/b.c\":{\"path\":\"crun\"}"), "crun");
        cr_assert_str_eq(parse("{\"Runtimes\":{\"runc\":{\"path\":\"runc\"}}}").default_runtime, "runc");
        /* Ours calls the real one by itself. */
        cr_assert_str_eq(DEFAULT("systemd-docker", "\"systemd-docker\":{\"path\":\"/x\"},\"runc\":{\"path\":"
                                                   "\"runc\"}"),
                         "runc");
        cr_assert_str_eq(DEFAULT(ENGINE_SHIM_RUNTIME_NAME, "\"runc\":{\"path\":\"runc\"}"), "runc");
        /* What we can't call. */
        cr_assert_str_eq(DEFAULT("kata", "\"kata\":{\"runtimeType\":\"io.containerd.kata.v2\"}"), "");
        cr_assert_str_eq(DEFAULT("x", "\"x\":{\"path\":\"/x\",\"runtimeArgs\":[\"--y\"]}"), "");
        cr_assert_str_eq(DEFAULT("x", "\"x\":{\"path\":\"/x\\nCGROUP=/\"}"), "");
        cr_assert_str_eq(DEFAULT("x", "\"x\":7"), "");
        cr_assert_str_eq(DEFAULT("x", "\"runc\":{\"path\":\"runc\"}"), "");
        cr_assert_str_eq(parse("{}").default_runtime, "");
}

Test(engine_info, ours_as_the_default)
{
        cr_assert(parse("{\"DefaultRuntime\":\"systemd-docker\"}").defaults_to_ours);
        cr_assert_not(parse("{\"DefaultRuntime\":\"runc\"}").defaults_to_ours);
        cr_assert_not(parse("{\"DefaultRuntime\":7}").defaults_to_ours);
        cr_assert_not(parse("{}").defaults_to_ours);
}

Test(engine_info, default_runtime_of_any_length)
{
        for (size_t n = ENGINE_RUNTIME_MAX - 2; n < ENGINE_RUNTIME_MAX + 2; n++) {
                char path[ENGINE_RUNTIME_MAX + 2] = "", text[2 * ENGINE_RUNTIME_MAX];

                memset(path, 'x', n);
                path[n] = 0;
                (void) snprintf(text, sizeof(text), "{\"Runtimes\":{\"runc\":{\"path\":\"%s\"}}}", path);
                cr_assert_str_eq(parse(text).default_runtime, n < ENGINE_RUNTIME_MAX ? path : "");
        }
}

Test(engine_info, other_shapes)
{
        static const char *const bad[] = { "", "[]", "7", "null", "{", "{}x" };
        EngineInfo i = parse("{\"CgroupDriver\":7,\"CgroupVersion\":2,\"Runtimes\":[\"systemd-docker\"],"
                             "\"SecurityOptions\":{}}");

        cr_assert_eq(i.cgroup_driver, CGROUP_DRIVER_NONE);
        cr_assert_not(i.cgroup_v2);
        cr_assert_not(i.has_our_runtime);
        cr_assert_eq(parse("{\"CgroupDriver\":\"new\"}").cgroup_driver, CGROUP_DRIVER_NONE);
        for (size_t n = 0; n < ELEMENTSOF(bad); n++)
                cr_assert_eq(engine_info_parse(bad[n], strlen(bad[n]), &i), -EBADMSG, "%s", bad[n]);
}
