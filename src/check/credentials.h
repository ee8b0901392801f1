/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

#include "quadlet/set.h"

/* Adds a finding of this level for each credential that the service of the unit loads and that does not
 * exist on this machine. What cannot be looked at without privileges counts as existing. */
void check_credentials(QuadletUnit *u, bool user, FindingLevel level);
