/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* `systemd-docker setup [--undo | --check]` */

#include <string.h>

#include "cli/setup-options.h"
#include "util/macro.h"

static const struct {
        const char *word;
        SetupVerb verb;
} verbs[] = {
        { "--undo", SETUP_UNDO },
        { "--check", SETUP_CHECK },
        { "--help", SETUP_HELP },
};

int setup_options_parse(char *const *words, SetupVerb *ret, CliError *reterr)
{
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
        return cli_error(reterr, CLI_EXIT_REFUSED, "unknown option %.300s for setup", words[0]);
}
