/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The words after `check`. Options come before the names. */

#include <string.h>

#include "cli/check-options.h"
#include "cli/help-text.h"
#include "util/guess.h"

static int set(CheckOptions *o, const char *word, CliError *reterr)
{
        Guess g = guess_begin(word, strlen(word));
        char hint[GUESS_HINT_SIZE];

        if (strcmp(word, "--json") == 0)
                o->json = true;
        else if (strcmp(word, "--user") == 0)
                o->user = true;
        else if (cli_is_help(word))
                o->help = true;
        else {
                (void) guess_offer_words(&g, "--json --user --help");
                return cli_error(reterr, CLI_EXIT_REFUSED, "unknown option %.300s for check%s", word,
                                 guess_hint(&g, "", hint));
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
