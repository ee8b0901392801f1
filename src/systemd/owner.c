/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* By our cgroup, as systemd itself would tell. */

#include <stdio.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "systemd/owner.h"
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
