/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The words after `check`. Options come before the names. */

#include <string.h>

#include "cli/check-options.h"

int check_options_parse(char *const *words, CheckOptions *ret, CliError *reterr)
{
        CheckOptions o = {};

        for (; *words && **words == '-'; words++) {
                if (strcmp(*words, "--") == 0) {
                        words++;
                        break;
                }
                if (strcmp(*words, "--json") == 0)
                        o.json = true;
                else if (strcmp(*words, "--user") == 0)
                        o.user = true;
                else if (strcmp(*words, "--help") == 0)
                        o.help = true;
                else
                        return cli_error(reterr, CLI_EXIT_REFUSED, "unknown option %.300s for check",
                                         *words);
        }
        o.names = words;
        *ret = o;
        return 0;
}
