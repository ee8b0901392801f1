/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Whose containers ours are, and their name. What systemd says of our unit is the test's: its functions are
 * replaced when the test is linked (--wrap). */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "systemd/owner.h"
#include "systemd/unit-info.h"
#include "util/cleanup.h"
#include "util/macro.h"

static const char *user_unit, *system_unit; /* NULL: none */
static UnitStart start;
static int start_error;

int __wrap_sd_pid_get_user_unit(pid_t pid, char **ret);
int __wrap_sd_pid_get_unit(pid_t pid, char **ret);
int __wrap_unit_info_ask_start(UnitStart *ret);

static int give(const char *name, char **ret)
{
        if (!name)
                return -ENODATA;
        *ret = strdup(name);
        return *ret ? 0 : -ENOMEM;
}

int __wrap_sd_pid_get_user_unit(pid_t pid, char **ret)
{
        return give(user_unit, ret);
}

int __wrap_sd_pid_get_unit(pid_t pid, char **ret)
{
        return give(system_unit, ret);
}

int __wrap_unit_info_ask_start(UnitStart *ret)
{
        if (start_error >= 0)
                *ret = start;
        return start_error;
}

Test(owner, whose)
{
        static const struct {
                Standing standing;
                const char *user_unit, *system_unit, *unit;
                bool of_user;
        } table[] = {
                { STANDING_SERVICE, NULL, "web.service", "web.service", false },
                { STANDING_BELOW, NULL, "web.service", "web.service", false },
                /* A user's manager is in a unit of the system itself. */
                { STANDING_SERVICE, "web.service", "user@1000.service", "web.service", true },
                { STANDING_SERVICE, NULL, NULL, CLAIM_BY_HAND, true },
                { STANDING_SERVICE, NULL, "we b.service", CLAIM_BY_HAND, false }, /* no name for a label */
                /* By hand, in whatever unit the shell is. */
                { STANDING_BY_HAND, "app.service", "user@1000.service", CLAIM_BY_HAND, true },
                { STANDING_BY_HAND, NULL, "ssh.service", CLAIM_BY_HAND, true },
        };
        char user[CLAIM_USER_MAX];

        (void) snprintf(user, sizeof(user), "%u", (unsigned) getuid());
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Owner o;

                memset(&o, 'x', sizeof(o));
                user_unit = table[i].user_unit;
                system_unit = table[i].system_unit;
                owner_find(&o, table[i].standing);
                cr_assert_str_eq(o.unit, table[i].unit, "row %zu", i);
                cr_assert_str_eq(o.user, table[i].of_user ? user : "", "row %zu", i);
        }
}

static void assert_name(const char *unit, Standing standing, bool beside, const char *expected)
{
        _cleanup_free_ char *name = NULL;
        Owner o = { .user = "" };

        (void) snprintf(o.unit, sizeof(o.unit), "%s", unit);
        cr_assert_eq(owner_container_name(&o, standing, beside, &name), 0);
        if (expected)
                cr_assert(name && strcmp(name, expected) == 0, "%s: %s", unit, name);
        else
                cr_assert_null(name, "%s: %s", unit, name);
}

static void we_are_main(void)
{
        start = (UnitStart){ .main_pid = getpid() };
        start_error = 0;
}

Test(owner, name_of_the_unit)
{
        we_are_main();
        assert_name("web.service", STANDING_SERVICE, false, "web");
        assert_name("web@1.service", STANDING_SERVICE, false, "web-1");
        start_error = -ENODATA; /* systemd does not answer: what we know ourselves is enough */
        assert_name("web.service", STANDING_SERVICE, false, "web");
}

Test(owner, no_name_where_there_may_be_several)
{
        we_are_main();
        assert_name("web.service", STANDING_BY_HAND, false, NULL);
        assert_name("web.service", STANDING_BELOW, false, NULL);
        assert_name("web.service", STANDING_SERVICE, true, NULL);
        assert_name(CLAIM_BY_HAND, STANDING_SERVICE, false, NULL);
        start.several = true;
        assert_name("web.service", STANDING_SERVICE, false, NULL);
        start = (UnitStart){ .main_pid = getppid() };
        assert_name("web.service", STANDING_SERVICE, false, NULL);
}

/* As systemd-run(1) of its versions names them, and what only looks so. */
Test(owner, no_name_for_one_time)
{
        static const struct {
                const char *unit, *name;
        } table[] = {
                { "run-u12.service", NULL },
                { "run-p12-i34.service", NULL },
                { "run-r0123abcd.service", NULL },
                { "run-web.service", "run-web" },
                { "run-u12x.service", "run-u12x" },
                { "run-.service", "run-" },
                { "run-update.service", "run-update" },
                { "rerun-u12.service", "rerun-u12" },
        };

        we_are_main();
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                assert_name(table[i].unit, STANDING_SERVICE, false, table[i].name);
}
