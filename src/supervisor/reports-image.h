/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the part image reports, turned into facts and events. */

#include "machine.h"

void supervisor_act_pull(Supervisor *s);
