/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* By our cgroup, as systemd itself would tell. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "codec/engine/container-name.h"
#include "systemd/owner.h"
#include "systemd/unit-info.h"
#include "util/cleanup.h"

void owner_find(Owner *ret, Standing standing)
{
        _cleanup_free_ char *unit = NULL;
        bool system = false;

        if (standing != STANDING_BY_HAND && sd_pid_get_user_unit(0, &unit) < 0)
                system = sd_pid_get_unit(0, &unit) >= 0;
        if (!unit || !claim_unit_is_valid(unit))
                (void) snprintf(ret->unit, sizeof(ret->unit), CLAIM_BY_HAND);
        else
                (void) snprintf(ret->unit, sizeof(ret->unit), "%s", unit);
        *ret->user = 0;
        if (!system)
                (void) snprintf(ret->user, sizeof(ret->user), "%u", (unsigned) getuid());
}

/* "run-u12", "run-p12-i34", "run-r0123…": another unit can have it after the next boot. */
static bool is_for_one_time(const char *unit)
{
        return strncmp(unit, "run-", 4) == 0 && unit[4] && strchr("upr", unit[4]) &&
               strspn(unit + 5, "0123456789abcdef-i") + 5 == strlen(unit) - strlen(".service");
}

int owner_container_name(const Owner *o, Standing standing, bool beside, char **ret)
{
        UnitStart start;
        int r;

        *ret = NULL;
        if (standing != STANDING_SERVICE || beside || strcmp(o->unit, CLAIM_BY_HAND) == 0 ||
            is_for_one_time(o->unit))
                return 0;
        if (unit_info_ask_start(&start) >= 0 && (start.main_pid != getpid() || start.several))
                return 0;
        r = container_name_of_unit(o->unit, ret);
        return r == -EINVAL ? 0 : r;
}
