/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the engine refuses: what is said of it, and whom else it is asked about. */

#include "machine.h"

/* Fails with what the engine has refused. LIFE_FAILED follows, at once or after a question to the engine. */
void supervisor_fail_engine(Supervisor *s, int exit_status, const EngineFailure *failure);
/* The same for an answer to a step. */
void supervisor_step_failed(Supervisor *s, const char *what, const EngineReply *reply);
/* Asks the engine who has what we wanted. */
void supervisor_act_ask_owner(Supervisor *s);
void supervisor_drop_pending_failure(Supervisor *s);
