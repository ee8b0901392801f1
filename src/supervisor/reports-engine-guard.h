/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What waits while the engine is stopped. */

#include "machine.h"

extern const EngineGuardOps supervisor_engine_guard_ops;

/* EngineEventsOps.hold. */
bool supervisor_hold_events(void *userdata);
/* supervisor_compare(), but only if the engine is not stopped. */
void supervisor_compare_if_awake(Supervisor *s);
