/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* From a set of unit files to the units of their services. Pure: text in, text out. */

#include "quadlet/set.h"

/* Converts all units of the set: findings, service, text and links of each. A unit with an error gets the
 * text of a unit that fails at its start and says why. -ENOMEM; everything else is a finding. */
int quadlet_set_convert(QuadletSet *s, const QuadletConfig *config);

/* Whether the unit has a finding that is an error. */
bool quadlet_unit_is_broken(const QuadletUnit *u);
