/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* An engine that somebody has stopped while the container ran is not started again by our connections. */

#include "machine.h"

/* EngineEventsOps.hold. */
bool supervisor_hold_events(void *userdata);
/* supervisor_compare(), but only if the engine is not stopped. */
void supervisor_compare_if_awake(Supervisor *s);
