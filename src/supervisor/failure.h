/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* How the service fails: the exit status, and what is said of it. */

#include "machine.h"

/* Records the first failure with its exit status and logs it (later ones only log); the event is the
 * caller's to push. */
void supervisor_fail(Supervisor *s, int exit_status, const char *format, ...) _printf_(3, 4);
/* The same for a failure that a part, or the command line, has described. r: -errno, for one without words.
 */
void supervisor_fail_with(Supervisor *s, int r, const CliError *error);
/* r, status: of a request, or a stream, that has failed. If that is because the engine went away in a start
 * of the service, it is waited for: then true, and the failure is none. */
bool supervisor_await_engine(Supervisor *s, int r, int status, const char *message);
/* The same for an engine that is not reached. */
void supervisor_fail_engine_lost(Supervisor *s, const char *format, ...) _printf_(2, 3);
/* The same for a wait for the container that came to nothing. */
void supervisor_fail_wait(Supervisor *s, const char *line);
/* The same for a container of the wanted name that is another's, or cannot be used. */
void supervisor_fail_taken(Supervisor *s, const char *line);
/* A signal to stop has come. If that is because the start has run out of time, says what it waited for, and
 * that is what STATUS= is to say at the end; the failure itself is systemd's. */
void supervisor_note_end_of_wait(Supervisor *s);
/* The same for options that cannot be used: no retry mends them. */
void supervisor_refuse(Supervisor *s, int r, const CliError *error);
/* The exit status for such an option: in a service, one that the unit can exclude from Restart=. */
int supervisor_refusal_status(const Supervisor *s, int by_hand);
/* Records a failure that is said elsewhere, and what STATUS= is to say of it at the end. */
void supervisor_note_failure(Supervisor *s, int exit_status, const char *line);
