/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* `systemd-docker setup [--undo | --check]` */

#include <stdio.h>
#include <string.h>

#include "cli/help-text.h"
#include "cli/setup-options.h"
#include "util/guess.h"
#include "util/macro.h"

static const OptionHelp help_table[] = {
        { 0, "undo", NULL, false, "Remove the runtime from the engine's daemon.json" },
        { 0, "check", NULL, false, "Change nothing; say which cgroup mode units get, and why" },
        { 'h', "help", NULL, false, "Print this help" },
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
        char hint[GUESS_HINT_SIZE];
        const char *name;
        Guess g;

        *ret = SETUP_REGISTER;
        if (!words[0])
                return 0;
        if (words[1])
                return cli_error(reterr, CLI_EXIT_REFUSED, "setup takes --undo, --check or nothing");
        if (cli_is_help(words[0])) {
                *ret = SETUP_HELP;
                return 0;
        }
        name = words[0] + strspn(words[0], "-");
        g = guess_begin(name, strlen(name));
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++) {
                char option[32];

                (void) snprintf(option, sizeof(option), "--%s", help_table[i].long_name);
                if (strcmp(words[0], option) == 0) {
                        *ret = verbs[i];
                        return 0;
                }
        }
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                (void) guess_offer(&g, help_table[i].long_name);
        return cli_error(reterr, CLI_EXIT_REFUSED, "unknown option %.300s for setup%s", words[0],
                         guess_hint(&g, "--", hint));
}
