/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* `systemd-docker setup [--undo | --check]` */

#include <string.h>

#include "cli/setup-options.h"
#include "util/guess.h"
#include "util/macro.h"

static const struct {
        const char *word;
        SetupVerb verb;
} verbs[] = {
        { "--undo", SETUP_UNDO },
        { "--check", SETUP_CHECK },
        { "--help", SETUP_HELP },
        { "-h", SETUP_HELP },
};

int setup_options_parse(char *const *words, SetupVerb *ret, CliError *reterr)
{
        char hint[GUESS_HINT_SIZE];
        Guess g;

        *ret = SETUP_REGISTER;
        if (!words[0])
                return 0;
        if (words[1])
                return cli_error(reterr, CLI_EXIT_REFUSED, "setup takes --undo, --check or nothing");
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                if (strcmp(words[0], verbs[i].word) == 0) {
                        *ret = verbs[i].verb;
                        return 0;
                }
        g = guess_begin(words[0], strlen(words[0]));
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                (void) guess_offer(&g, verbs[i].word);
        return cli_error(reterr, CLI_EXIT_REFUSED, "unknown option %.300s for setup%s", words[0],
                         guess_hint(&g, "", hint));
}
