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
