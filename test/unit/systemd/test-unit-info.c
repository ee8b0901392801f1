/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Outside of a unit. The behaviour suite tests it inside of one. */

#include <systemd/sd-login.h>

#include "loop.h"
#include "systemd/unit-info.h"
#include "util/macro.h"

static void on_known(const UnitProperties *properties, int r, void *userdata)
{
        cr_assert_fail("there is nothing to know");
}

Test(unit_info, not_in_a_unit, .timeout = LOOP_TIMEOUT)
{
        static const UnitInfoOps ops = { on_known };
        sd_event *event = loop_new();
        UnitInfo *u = NULL;
        char *name = NULL;
        int r;

        if (sd_pid_get_unit(0, &name) >= 0 || sd_pid_get_user_unit(0, &name) >= 0) {
                free(name);
                sd_event_unref(event);
                cr_skip_test("the tests run in a unit");
        }
        r = unit_info_new(&u, event, &ops, NULL);
        cr_assert(r == -ENODATA || r == -ENXIO, "%i", r);
        cr_assert_null(u);
        cr_assert_null(unit_info_free(NULL));
        sd_event_unref(event);
}

Test(unit_info, names)
{
        cr_assert_eq(notify_access_from_string("all"), NOTIFY_ACCESS_ALL);
        cr_assert_eq(notify_access_from_string("main"), NOTIFY_ACCESS_MAIN);
        cr_assert_eq(notify_access_from_string("exec"), NOTIFY_ACCESS_EXEC);
        cr_assert_eq(notify_access_from_string("none"), NOTIFY_ACCESS_NONE);
        cr_assert_eq(notify_access_from_string("everybody"), -EINVAL);
        cr_assert_str_eq(notify_access_to_string(NOTIFY_ACCESS_ALL), "all");
        cr_assert_null(notify_access_to_string(NOTIFY_ACCESS_UNKNOWN));
}
