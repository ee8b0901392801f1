/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* How the last life of the unit ended, for the next one: systemd forgets that when it starts the unit again.
 * A note is read once, so that one of a supervisor that was killed is not taken for that of another. */

/* base: our folder below /run; unit: its name. Failures are not reported: the note is for people only. */
void last_end_write(const char *base, const char *unit, int exit_status);
/* Returns the exit status, and removes the note. -ENOENT: there is none; another -errno. */
int last_end_take(const char *base, const char *unit);
