/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* `systemd-docker setup [--undo | --check]` */

#include <string.h>

#include "cli/help-text.h"
#include "cli/setup-options.h"
#include "util/macro.h"

static const OptionHelp help_table[] = {
        { 0, "undo", "", false, "Remove the runtime from the engine's daemon.json" },
        { 0, "check", "", false, "Change nothing; say which cgroup mode units get, and why" },
        { 'h', "help", "", false, "Print this help" },
};

static const SetupVerb verbs[] = { SETUP_UNDO, SETUP_CHECK, SETUP_HELP };

static_assert(ELEMENTSOF(help_table) == ELEMENTSOF(verbs), "one verb for each option");

const OptionHelp *setup_options_help_table(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(help_table);
        return help_table;
}

int setup_options_parse(char *const *words, SetupVerb *ret, CliError *reterr)
{
        *ret = SETUP_REGISTER;
        if (!words[0])
                return 0;
        if (words[1])
                return cli_error(reterr, CLI_EXIT_REFUSED, "setup takes --undo, --check or nothing");
        if (cli_is_help(words[0])) {
                *ret = SETUP_HELP;
                return 0;
        }
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                if (strncmp(words[0], "--", 2) == 0 && strcmp(words[0] + 2, help_table[i].long_name) == 0) {
                        *ret = verbs[i];
                        return 0;
                }
        return option_help_refuse(help_table, ELEMENTSOF(help_table), "setup", words[0], reterr);
}
