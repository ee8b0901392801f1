/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The words after `check`. Options come before the names. */

#include <string.h>

#include "cli/check-options.h"
#include "cli/help-text.h"
#include "util/macro.h"

static const OptionHelp help_table[] = {
        { 0, "json", "", false, "Print a list of the findings" },
        { 0, "user", "", false, "The files of the user's manager" },
        { 'h', "help", "", false, "Print this help" },
};

const OptionHelp *check_options_help_table(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(help_table);
        return help_table;
}

static int set(CheckOptions *o, const char *word, CliError *reterr)
{
        if (strcmp(word, "--json") == 0)
                o->json = true;
        else if (strcmp(word, "--user") == 0)
                o->user = true;
        else if (cli_is_help(word))
                o->help = true;
        else
                return option_help_refuse(help_table, ELEMENTSOF(help_table), "check", word, reterr);
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
