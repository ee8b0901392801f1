/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Who we are, by every sign. What systemd says of the unit is the test's (--wrap); the behaviour tests have
 * the units. */

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "systemd/standing.h"
#include "util/macro.h"

static UnitStart start;
static int start_error = -ENODATA;

int __wrap_unit_info_ask_start(UnitStart *ret);

int __wrap_unit_info_ask_start(UnitStart *ret)
{
        if (start_error >= 0)
                *ret = start;
        return start_error;
}

#define SELF 100
#define OTHER 50

Test(standing, table)
{
        static const UnitStart ours = { SELF, false }, starting = { OTHER, true }, runs = { OTHER, false },
                               none = { 0, true };
        static const struct {
                const char *exec_pid;
                const UnitStart *start;
                bool ancestor;
                Standing expected;
        } table[] = {
                { "100", NULL, false, STANDING_SERVICE },
                { "100", &starting, true, STANDING_SERVICE }, /* ExecStartPre= and the like */
                { "100", &runs, false, STANDING_SERVICE },
                { NULL, &ours, false, STANDING_SERVICE }, /* env -i */
                { "50", &ours, false, STANDING_SERVICE },
                { "50", &starting, true, STANDING_BELOW },
                { NULL, &starting, true, STANDING_BELOW }, /* sudo */
                { "50", &starting, false, STANDING_BY_HAND },
                { "50", &runs, true, STANDING_BY_HAND },
                { "50", &none, false, STANDING_BY_HAND },
                { "50", NULL, true, STANDING_BY_HAND },
                { NULL, NULL, false, STANDING_BY_HAND },
                { "", NULL, false, STANDING_BY_HAND },
                { "100x", NULL, false, STANDING_BY_HAND },
                { " 100", NULL, false, STANDING_BY_HAND },
                { "1000", NULL, false, STANDING_BY_HAND },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                cr_assert_eq(standing_judge(table[i].exec_pid, SELF, table[i].start, table[i].ancestor),
                             table[i].expected, "row %zu", i);
}

static int error;

static Standing find(const char *exec_pid)
{
        return standing_find(exec_pid, &error);
}

/* Whether we are in a user's unit depends on who runs the test. */
int __wrap_sd_pid_get_user_unit(pid_t pid, char **ret);

static bool is_user_unit;

int __wrap_sd_pid_get_user_unit(pid_t pid, char **ret)
{
        return is_user_unit ? 0 : -ENODATA;
}

/* "By hand" is a guess where systemd cannot be asked, and nothing else where there is no unit. */
Test(standing, systemd_that_cannot_be_asked)
{
        static const struct {
                int start_error;
                bool is_user_unit;
                int expected;
        } table[] = {
                { -ENOENT, false, -ENOENT }, { -ETIMEDOUT, false, -ETIMEDOUT },
                { -ENODATA, false, 0 },      { -ENXIO, false, 0 },
                { -EACCES, true, 0 }, /* su(1) */
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                start_error = table[i].start_error;
                is_user_unit = table[i].is_user_unit;
                cr_assert_eq(find("1"), STANDING_BY_HAND, "row %zu", i);
                cr_assert_eq(error, table[i].expected, "row %zu", i);
        }
}

Test(standing, our_own_pid)
{
        char pid[16];

        (void) snprintf(pid, sizeof(pid), "%i", (int) getpid());
        cr_assert_eq(find(pid), STANDING_SERVICE);
        cr_assert_neq(find("1"), STANDING_SERVICE);
        cr_assert_neq(find(NULL), STANDING_SERVICE);
}

/* What systemd says of its main process, and who our ancestors are. */
Test(standing, ancestors)
{
        start_error = 0;
        start = (UnitStart){ .main_pid = getpid() };
        cr_assert_eq(find(NULL), STANDING_SERVICE);
        start = (UnitStart){ .main_pid = getppid(), .activating = true };
        cr_assert_eq(find(NULL), STANDING_BELOW);
        start.activating = false;
        cr_assert_eq(find(NULL), STANDING_BY_HAND);
        /* A process that is no ancestor of ours. */
        start = (UnitStart){ .main_pid = INT_MAX, .activating = true };
        cr_assert_eq(find(NULL), STANDING_BY_HAND);
        start = (UnitStart){ .main_pid = 0, .activating = true };
        cr_assert_eq(find(NULL), STANDING_BY_HAND);
}
