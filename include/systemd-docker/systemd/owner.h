/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Whose containers ours are: the unit's, or those of somebody who has called us by hand. */

#include "codec/systemd/claim-text.h"
#include "facts/facts.h"

typedef struct Owner {
        char unit[CLAIM_UNIT_MAX]; /* or CLAIM_BY_HAND */
        char user[CLAIM_USER_MAX]; /* whose systemd, or who; "": the system's */
} Owner;

void owner_find(Owner *ret, Standing standing);

/* The name for a container that nobody has named: the unit's, made valid for the engine. NULL, and the
 * engine chooses: by hand, and where the unit may have more than one of them: below a wrapper (a script can
 * start several), beside the main process (beside: $MAINPID says so; systemd is asked as well), or with
 * several ExecStart=; and if the unit's name is for one time, as systemd-run(1) makes them. Waits up to some
 * seconds for systemd's answer. *ret belongs to the caller. 0 or -ENOMEM. */
int owner_container_name(const Owner *o, Standing standing, bool beside, char **ret);
