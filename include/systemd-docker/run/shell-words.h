/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The first word of the command that means something to a shell and hardly anything to another program, as
 * "&&", ">" or "#". systemd has no shell, so that the program gets it. NULL: none. command: NULL is none,
 * too. */
const char *run_shell_word(char *const *command);
