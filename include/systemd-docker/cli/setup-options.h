/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The options of `systemd-docker setup`. */

#include "cli/cli-error.h"
#include "cli/options.h"

typedef enum SetupVerb {
        SETUP_REGISTER,
        SETUP_UNDO,
        SETUP_CHECK,
        SETUP_HELP,
} SetupVerb;

/* words: the words after `setup`, with a NULL at the end. -EINVAL with *reterr set. */
int setup_options_parse(char *const *words, SetupVerb *ret, CliError *reterr);

const OptionHelp *setup_options_help_table(size_t *ret_n);
