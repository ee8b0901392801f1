/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Which cgroup mode is chosen, and why. */

#include <criterion/criterion.h>
#include <string.h>

#include "cgroup/cgroup-mode.h"
#include "util/macro.h"

#define FIT .in_service = true, .delegated = true, .local = true, .root = true

static const EngineInfo cgroupfs = { .cgroup_driver = CGROUP_DRIVER_CGROUPFS, .cgroup_v2 = true };
static const EngineInfo cgroupfs_v1 = { .cgroup_driver = CGROUP_DRIVER_CGROUPFS };
static const EngineInfo registered = { .cgroup_driver = CGROUP_DRIVER_SYSTEMD,
                                       .cgroup_v2 = true,
                                       .has_our_runtime = true };
static const EngineInfo systemd = { .cgroup_driver = CGROUP_DRIVER_SYSTEMD, .cgroup_v2 = true };
static const EngineInfo systemd_v1 = { .cgroup_driver = CGROUP_DRIVER_SYSTEMD, .has_our_runtime = true };
static const EngineInfo none = { .cgroup_driver = CGROUP_DRIVER_NONE, .cgroup_v2 = true };
static const EngineInfo rootless = { .cgroup_driver = CGROUP_DRIVER_CGROUPFS,
                                     .cgroup_v2 = true,
                                     .rootless = true };

static void check(CgroupSituation s, CgroupMode mode, bool by_runtime, const char *why)
{
        CgroupDecision d = cgroup_mode_decide(&s);

        cr_assert_eq(d.mode, mode, "%s: %s", why, d.why);
        cr_assert_eq(d.by_runtime, by_runtime, "%s", why);
        cr_assert(strstr(d.why, why), "%s: %s", why, d.why);
        cr_assert_not(d.impossible);
        /* A reason for which auto falls back is an error for delegate, in the same words. */
        if (s.asked == CGROUP_MODE_AUTO && mode == CGROUP_MODE_MIGRATE) {
                s.asked = CGROUP_MODE_DELEGATE;
                d = cgroup_mode_decide(&s);
                cr_assert(d.impossible && d.mode == CGROUP_MODE_DELEGATE && strstr(d.why, why), "%s: %s",
                          why, d.why);
        }
}

Test(cgroup_mode, delegate_where_it_can_be_had)
{
        check((CgroupSituation){ FIT, .info = &cgroupfs }, CGROUP_MODE_DELEGATE, false, "cgroupfs");
        check((CgroupSituation){ FIT, .info = &cgroupfs_v1 }, CGROUP_MODE_DELEGATE, false, "cgroupfs");
        check((CgroupSituation){ FIT, .info = &registered }, CGROUP_MODE_DELEGATE, true, "our runtime");
        /* With the cgroup driver cgroupfs, neither a privilege nor our runtime is needed. */
        check((CgroupSituation){ .in_service = true,
                                 .delegated = true,
                                 .local = true,
                                 .has_runtime = true,
                                 .info = &cgroupfs },
              CGROUP_MODE_DELEGATE, false, "cgroupfs");
        check(
                (CgroupSituation){
                        .asked = CGROUP_MODE_DELEGATE, .delegated = true, .local = true, .info = &cgroupfs },
                CGROUP_MODE_DELEGATE, false, "cgroupfs");
}

Test(cgroup_mode, migrate_where_it_can_not)
{
        static const struct {
                const EngineInfo *info;
                const char *why;
        } engines[] = {
                { &systemd, "setup" },
                { &systemd_v1, "v1" },
                { &none, "known" },
                { &rootless, "rootless" },
        };

        for (size_t i = 0; i < ELEMENTSOF(engines); i++)
                check((CgroupSituation){ FIT, .info = engines[i].info }, CGROUP_MODE_MIGRATE, false,
                      engines[i].why);
        check((CgroupSituation){ FIT, .has_parent = true }, CGROUP_MODE_MIGRATE, false, "--cgroup-parent");
        check((CgroupSituation){ FIT, .has_runtime = true, .info = &registered }, CGROUP_MODE_MIGRATE, false,
              "--runtime");
        check((CgroupSituation){ .in_service = true, .delegated = true, .root = true }, CGROUP_MODE_MIGRATE,
              false, "machine");
        check((CgroupSituation){ .in_service = true, .local = true, .root = true }, CGROUP_MODE_MIGRATE,
              false, "Delegate=");
        check((CgroupSituation){ .in_service = true, .hidden = true, .local = true }, CGROUP_MODE_MIGRATE,
              false, "seen");
        check((CgroupSituation){ FIT, .mute = true, .info = &registered }, CGROUP_MODE_MIGRATE, false,
              "/run/systemd-docker-runtime");
        check((CgroupSituation){ FIT, .mute = true, .info = &cgroupfs }, CGROUP_MODE_DELEGATE, false,
              "cgroupfs");
        check((CgroupSituation){ .in_service = true, .delegated = true, .local = true, .info = &registered },
              CGROUP_MODE_MIGRATE, false, "root");
}

Test(cgroup_mode, the_engine_is_asked_only_where_it_matters)
{
        check((CgroupSituation){ FIT }, CGROUP_MODE_AUTO, false, "asked");
        check((CgroupSituation){ FIT, .asked = CGROUP_MODE_DELEGATE }, CGROUP_MODE_DELEGATE, false, "asked");
        check((CgroupSituation){ .delegated = true, .local = true }, CGROUP_MODE_NONE, false, "no service");
        check((CgroupSituation){ FIT, .asked = CGROUP_MODE_MIGRATE }, CGROUP_MODE_MIGRATE, false,
              "as asked for");
        check((CgroupSituation){ FIT, .asked = CGROUP_MODE_NONE }, CGROUP_MODE_NONE, false, "as asked for");
}
