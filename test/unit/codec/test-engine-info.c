/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The members of GET /info that we use. */

#include <criterion/criterion.h>
#include <errno.h>
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
}

Test(engine_info, rootless)
{
        cr_assert(parse("{\"SecurityOptions\":[\"name=seccomp\",\"name=rootless\"]}").rootless);
        cr_assert(parse("{\"SecurityOptions\":[\"name=rootless,x=y\"]}").rootless);
        cr_assert_not(parse("{\"SecurityOptions\":[\"name=rootlessness\",7,null]}").rootless);
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
