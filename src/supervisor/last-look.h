/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the engine is asked before the deadline of a state counts that waits for the engine. */

#include "machine.h"

/* Asks the engine. The state then has a deadline for the answer, and none any more if that changes nothing:
 * see verdict_waits_for_engine(). */
void supervisor_last_look(Supervisor *s);
