/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The words after `check`. Options come before the names. */

#include <string.h>

#include "cli/check-options.h"
#include "cli/help-text.h"
#include "util/guess.h"
#include "util/macro.h"

static const OptionHelp help_table[] = {
        { 0, "json", NULL, false, "Print a list of the findings" },
        { 0, "user", NULL, false, "The files of the user's manager" },
        { 'h', "help", NULL, false, "Print this help" },
};

const OptionHelp *check_options_help_table(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(help_table);
        return help_table;
}

static int set(CheckOptions *o, const char *word, CliError *reterr)
{
        const char *name = word + strspn(word, "-");
        Guess g = guess_begin(name, strlen(name));
        char hint[GUESS_HINT_SIZE];

        if (strcmp(word, "--json") == 0)
                o->json = true;
        else if (strcmp(word, "--user") == 0)
                o->user = true;
        else if (cli_is_help(word))
                o->help = true;
        else {
                for (size_t i = 0; i < ELEMENTSOF(help_table); i++)
                        (void) guess_offer(&g, help_table[i].long_name);
                return cli_error(reterr, CLI_EXIT_REFUSED, "unknown option %.300s for check%s", word,
                                 guess_hint(&g, "--", hint));
        }
        return 0;
}

int check_options_parse(char *const *words, CheckOptions *ret, CliError *reterr)
{
        CheckOptions o = {};
        int r;

        for (; *words && **words == '-'; words++) {
                if (strcmp(*words, "--") == 0) {
                        words++;
                        break;
                }
                r = set(&o, *words, reterr);
                if (r < 0)
                        return r;
        }
        o.names = words;
        *ret = o;
        return 0;
}
