/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What stands behind `setup`. */

#include "cli/cli-error.h"

typedef enum SetupVerb {
        SETUP_REGISTER,
        SETUP_UNDO,
        SETUP_CHECK,
        SETUP_HELP,
} SetupVerb;

/* words ends with NULL. */
int setup_options_parse(char *const *words, SetupVerb *ret, CliError *reterr);
