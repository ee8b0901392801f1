/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* --help, in 80 columns. */

#include <stdbool.h>
#include <stdio.h>

/* The option on the left, and what it does on the right; that is continued in further lines. */
void help_entry(FILE *f, const char *left, const char *text);
/* The same for "-n, --name VALUE". letter: 0 for none; value: what follows the name, or "". */
void help_option(FILE *f, char letter, const char *name, const char *value, const char *text);
/* "-h" or "--help". */
bool cli_is_help(const char *word);
