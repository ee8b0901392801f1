/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Restarts are systemd's: an engine that restarts the container by itself would run it behind a unit that
 * has ended, or beside the one that systemd starts. Others may set a restart policy at any time (docker
 * update). Wherever inspect shows one, it becomes "no" again. */

#include "machine.h"

/* As the step that is under way: LIFE_FOUND follows. */
void restart_policy_settle(Supervisor *s);
/* Beside whatever is under way. Not from inside of libcurl. */
void restart_policy_correct(Supervisor *s);
