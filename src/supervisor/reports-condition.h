/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the part condition reports, turned into facts and events. */

#include "machine.h"

extern const ConditionOps supervisor_condition_ops;
/* Whether the options can be used with the container; -EINVAL: no, and the failure is recorded. */
int supervisor_check_health_options(Supervisor *s);
/* READY=1, once. */
void supervisor_send_ready(Supervisor *s);
