/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What commands have in common: --help, in 80 columns, and what is said of an option that does not exist. */

#include <stdbool.h>
#include <stdio.h>

#include "cli/options.h"

/* The option on the left, and what it does on the right; that is continued in further lines. */
void help_entry(FILE *f, const char *left, const char *text);
/* The same for "-n, --name VALUE". letter: 0 for none; value: what follows the name, or "". */
void help_option(FILE *f, char letter, const char *name, const char *value, const char *text);
/* "-h" or "--help". */
bool cli_is_help(const char *word);

/* Offers the long names of the table. */
void option_help_offer(const OptionHelp *table, size_t n, Guess *g);
/* The error "unknown option WORD for COMMAND", with the option that was probably meant. Returns -EINVAL. */
int option_help_refuse(const OptionHelp *table, size_t n, const char *command, const char *word,
                       CliError *reterr);
