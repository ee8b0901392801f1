/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* How the service fails: the exit status, and what is said of it. */

#include "machine.h"

/* Records a failure that is said elsewhere, and what STATUS= is to say of it at the end. */
void supervisor_note_failure(Supervisor *s, int exit_status, const char *line);
/* Fails for options that cannot be used: no retry mends them. */
void supervisor_refuse(Supervisor *s, int r, const CliError *error);
/* The exit status for such an option: in a service, one that the unit can exclude from Restart=. */
int supervisor_refusal_status(const Supervisor *s, int by_hand);
/* The same for an engine that is not reached. */
void supervisor_fail_engine_lost(Supervisor *s, const char *format, ...) _printf_(2, 3);
