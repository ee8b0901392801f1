/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What a container that the engine calls running, and whose process is dead, means. */

#include "machine.h"

/* Whether the process that inspect named is dead, or about to be. False where we can't see it: on another
 * machine, or where the pids are not the engine's. */
bool supervisor_process_is_dead(const Supervisor *s);
/* What to do about such a container, see verdict_found_dead(); says so. Failures are recorded. */
LifeEvent supervisor_judge_dead(Supervisor *s);
