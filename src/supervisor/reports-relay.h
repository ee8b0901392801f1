/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the part relay reports, turned into facts and events. */

#include "machine.h"

extern const RelayOps supervisor_relay_ops;
/* Like relay_open(); a failure is recorded. */
int supervisor_open_relay(Supervisor *s);
