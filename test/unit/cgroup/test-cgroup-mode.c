/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Which cgroup mode is chosen, and why. */

#include <criterion/criterion.h>
#include <string.h>

#include "cgroup/cgroup-mode.h"
#include "cgroup/forecast.h"
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
static const EngineInfo docker23 = { .cgroup_driver = CGROUP_DRIVER_SYSTEMD,
                                     .cgroup_v2 = true,
                                     .takes_shims = true,
                                     .default_runtime = "runc" };
static const EngineInfo docker23_cgroupfs = { .cgroup_driver = CGROUP_DRIVER_CGROUPFS,
                                              .cgroup_v2 = true,
                                              .takes_shims = true,
                                              .default_runtime = "runc" };
static const EngineInfo docker23_v1 = { .cgroup_driver = CGROUP_DRIVER_CGROUPFS,
                                        .takes_shims = true,
                                        .default_runtime = "runc" };
static const EngineInfo docker23_strange = { .cgroup_driver = CGROUP_DRIVER_SYSTEMD,
                                             .cgroup_v2 = true,
                                             .takes_shims = true };
static const EngineInfo silent = { .unknown = true };
static const EngineInfo rootless = { .cgroup_driver = CGROUP_DRIVER_CGROUPFS,
                                     .cgroup_v2 = true,
                                     .rootless = true };

static void check(CgroupSituation s, CgroupMode mode, const char *runtime, const char *why)
{
        CgroupDecision d = cgroup_mode_decide(&s);

        cr_assert_eq(d.mode, mode, "%s: %s", why, d.why);
        if (runtime)
                cr_assert_str_eq(d.runtime, runtime, "%s", why);
        else
                cr_assert_null(d.runtime, "%s", why);
        if (cgroup_mode_is_inside(d.mode) && s.info)
                cr_assert_eq(d.divided, s.delegated, "%s", why);
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
        check((CgroupSituation){ FIT, .info = &cgroupfs }, CGROUP_MODE_DELEGATE, NULL, "cgroupfs");
        check((CgroupSituation){ FIT, .info = &cgroupfs_v1 }, CGROUP_MODE_DELEGATE, NULL, "cgroupfs");
        check((CgroupSituation){ FIT, .info = &registered }, CGROUP_MODE_DELEGATE, ENGINE_RUNTIME_NAME,
              "our runtime");
        /* With the cgroup driver cgroupfs, neither a privilege nor our runtime is needed. */
        check((CgroupSituation){ .in_service = true,
                                 .delegated = true,
                                 .local = true,
                                 .has_runtime = true,
                                 .info = &cgroupfs },
              CGROUP_MODE_DELEGATE, NULL, "cgroupfs");
        check(
                (CgroupSituation){
                        .asked = CGROUP_MODE_DELEGATE, .delegated = true, .local = true, .info = &cgroupfs },
                CGROUP_MODE_DELEGATE, NULL, "cgroupfs");
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
                check((CgroupSituation){ FIT, .info = engines[i].info }, CGROUP_MODE_MIGRATE, NULL,
                      engines[i].why);
        check((CgroupSituation){ FIT, .has_parent = true }, CGROUP_MODE_NONE, NULL, "--cgroup-parent");
        check((CgroupSituation){ FIT, .info = &systemd, .no_move = "no right to" }, CGROUP_MODE_NONE, NULL,
              "no right to");
        check((CgroupSituation){ FIT, .has_runtime = true, .info = &registered }, CGROUP_MODE_MIGRATE, NULL,
              "--runtime");
        check((CgroupSituation){ .in_service = true, .delegated = true, .root = true }, CGROUP_MODE_MIGRATE,
              NULL, "machine");
        check((CgroupSituation){ .in_service = true, .local = true, .root = true, .info = &systemd },
              CGROUP_MODE_MIGRATE, NULL, "Delegate=");
        check((CgroupSituation){ FIT, .info = &silent }, CGROUP_MODE_MIGRATE, NULL, "does not say");
        check((CgroupSituation){ .in_service = true, .hidden = true, .local = true }, CGROUP_MODE_MIGRATE,
              NULL, "seen");
        check((CgroupSituation){ FIT, .mute = true, .info = &registered }, CGROUP_MODE_MIGRATE, NULL,
              "/run/systemd-docker-runtime");
        check((CgroupSituation){ FIT, .mute = true, .info = &cgroupfs }, CGROUP_MODE_DELEGATE, NULL,
              "cgroupfs");
        check((CgroupSituation){ .in_service = true, .delegated = true, .local = true, .info = &registered },
              CGROUP_MODE_MIGRATE, NULL, "root");
}

#define FIT_INSIDE .asked = CGROUP_MODE_INSIDE, .in_service = true, .local = true, .root = true

Test(cgroup_mode, inside_by_the_shim)
{
        check((CgroupSituation){ FIT_INSIDE, .info = &docker23 }, CGROUP_MODE_INSIDE,
              ENGINE_SHIM_RUNTIME_NAME, "finds our shim");
        check((CgroupSituation){ FIT_INSIDE, .info = &docker23_cgroupfs }, CGROUP_MODE_INSIDE,
              ENGINE_SHIM_RUNTIME_NAME, "finds our shim");
        check((CgroupSituation){ FIT_INSIDE, .delegated = true, .info = &docker23 }, CGROUP_MODE_INSIDE,
              ENGINE_SHIM_RUNTIME_NAME, "Delegate=");
        /* What works without the shim is preferred. */
        check((CgroupSituation){ FIT_INSIDE, .delegated = true, .info = &registered }, CGROUP_MODE_INSIDE,
              ENGINE_RUNTIME_NAME, "our runtime");
        check((CgroupSituation){ FIT_INSIDE, .delegated = true, .info = &docker23_cgroupfs },
              CGROUP_MODE_INSIDE, NULL, "cgroupfs");
        check((CgroupSituation){ FIT, .info = &docker23 }, CGROUP_MODE_DELEGATE, ENGINE_SHIM_RUNTIME_NAME,
              "finds our shim");
        check((CgroupSituation){ FIT_INSIDE }, CGROUP_MODE_INSIDE, NULL, "asked");
        check((CgroupSituation){ .in_service = true, .local = true, .root = true, .info = &docker23 },
              CGROUP_MODE_INSIDE, ENGINE_SHIM_RUNTIME_NAME, "finds our shim");
}

Test(cgroup_mode, inside_is_an_error_where_it_can_not_be)
{
        struct {
                CgroupSituation s;
                const char *why;
        } table[] = {
                { { FIT_INSIDE, .hidden = true }, "seen" },
                { { .asked = CGROUP_MODE_INSIDE, .in_service = true, .root = true }, "machine" },
                { { FIT_INSIDE, .has_parent = true }, "--cgroup-parent" },
                { { FIT_INSIDE, .info = &rootless }, "rootless" },
                { { FIT_INSIDE, .info = &none }, "known" },
                { { FIT_INSIDE, .info = &systemd }, "older than Docker 23, and the unit has no Delegate=" },
                { { FIT_INSIDE, .info = &registered }, "older than Docker 23" },
                { { FIT_INSIDE, .info = &docker23_v1 }, "v1" },
                { { FIT_INSIDE, .info = &docker23_strange }, "default runtime" },
                { { FIT_INSIDE, .info = &docker23, .has_runtime = true }, "--runtime" },
                { { .asked = CGROUP_MODE_INSIDE, .local = true, .info = &docker23 }, "root" },
                { { FIT_INSIDE, .info = &docker23, .mute = true }, "/run/systemd-docker-runtime" },
                { { FIT_INSIDE, .info = &docker23, .other_hierarchy = true }, "--cgroups" },
                { { FIT_INSIDE, .info = &docker23, .no_shim = "no shim" }, "no shim" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                CgroupDecision d = cgroup_mode_decide(&table[i].s);

                cr_assert(d.impossible && d.mode == CGROUP_MODE_INSIDE && !d.runtime, "%s", table[i].why);
                cr_assert(strstr(d.why, table[i].why), "%s: %s", table[i].why, d.why);
                /* In the same words, auto falls back. */
                table[i].s.asked = CGROUP_MODE_AUTO;
                table[i].s.in_service = true;
                d = cgroup_mode_decide(&table[i].s);
                cr_assert(!d.impossible && !d.runtime, "%s", table[i].why);
                cr_assert_eq(d.mode, table[i].s.has_parent ? CGROUP_MODE_NONE : CGROUP_MODE_MIGRATE);
                cr_assert(strstr(d.why, table[i].why), "%s: %s", table[i].why, d.why);
        }
}

Test(cgroup_mode, the_engine_is_asked_only_where_it_matters)
{
        check((CgroupSituation){ FIT }, CGROUP_MODE_AUTO, NULL, "asked");
        check((CgroupSituation){ FIT, .asked = CGROUP_MODE_DELEGATE }, CGROUP_MODE_DELEGATE, NULL, "asked");
        check((CgroupSituation){ .delegated = true, .local = true }, CGROUP_MODE_NONE, NULL, "no service");
        check((CgroupSituation){ FIT, .asked = CGROUP_MODE_MIGRATE }, CGROUP_MODE_MIGRATE, NULL,
              "as asked for");
        check((CgroupSituation){ FIT, .asked = CGROUP_MODE_NONE }, CGROUP_MODE_NONE, NULL, "as asked for");
}

/* What `setup status` says in advance is what a service gets. */
Test(cgroup_mode, forecast)
{
        static const EngineInfo *const infos[] = { &cgroupfs, &cgroupfs_v1, &registered };

        for (size_t i = 0; i < ELEMENTSOF(infos); i++)
                for (unsigned delegated = 0; delegated < 2; delegated++) {
                        const CgroupSituation s = { .asked = CGROUP_MODE_AUTO,
                                                    .in_service = true,
                                                    .delegated = delegated,
                                                    .local = true,
                                                    .root = true,
                                                    .info = infos[i] };
                        const CgroupDecision d = cgroup_mode_decide(&s);
                        const CgroupForecast f = cgroup_forecast(infos[i], delegated);

                        cr_assert_str_eq(f.mode, cgroup_mode_to_string(d.mode));
                        cr_assert_str_eq(f.why, d.why);
                }
        cr_assert_str_eq(cgroup_forecast(&cgroupfs, true).mode, "delegate");
        cr_assert_str_eq(cgroup_forecast(&cgroupfs, false).mode, "migrate");
}
