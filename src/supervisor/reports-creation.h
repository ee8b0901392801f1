/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the part creation reports, turned into facts and events. */

#include "machine.h"

int supervisor_make_creation(Supervisor *s);
