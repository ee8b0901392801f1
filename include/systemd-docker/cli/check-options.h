/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* `systemd-docker check [--json] [--user] [FILE|FOLDER|UNIT]…` */

#include <stdbool.h>

#include "cli/cli-error.h"
#include "cli/options.h"

typedef struct CheckOptions {
        bool json, user, help;
        char *const *names; /* the words that are left; part of the words, NULL at the end */
} CheckOptions;

/* -EINVAL or -ENOMEM with *reterr set. */
int check_options_parse(char *const *words, CheckOptions *ret, CliError *reterr);

const OptionHelp *check_options_help_table(size_t *ret_n);
