/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The values of options, as the service will read them when it starts: the same parser, with nothing of the
 * surroundings of whoever checks. Files and credentials are not looked at: they need only exist at the
 * start. */

#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#include "cli/cli-error.h"
#include "option-value.h"
#include "run/run-options.h"
#include "util/macro.h"

/* What the parser says of a value. Of a single option it may also say that another one is missing. */
#define ABOUT_THE_VALUE "invalid value "

/* Whether a value cannot be judged alone: it names a file, or another option must be there. */
static bool needs_more(const char *option, const char *value)
{
        static const char *const options[] = { "env-file", "label-file", "cidfile", "env-credential",
                                               "network-alias" };

        for (size_t i = 0; i < ELEMENTSOF(options); i++)
                if (strcmp(option, options[i]) == 0)
                        return true;
        return strcmp(option, "security-opt") == 0 && strncmp(value, "seccomp", strlen("seccomp")) == 0;
}

char *refuse_option(const char *option, const char *value)
{
        static char *const environment[] = { (char *) "HOME=/", (char *) "DOCKER_CONFIG=/dev/null", NULL };
        const CliContext context = { .environment = environment, .dir_fd = AT_FDCWD, .directory = "/" };
        _cleanup_(run_options_freep) RunOptions *options = NULL;
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        _cleanup_free_ char *word = NULL;

        if (needs_more(option, value) || asprintf(&word, "--%s=%s", option, value) < 0)
                return NULL;
        if (run_options_parse((char *const[]){ word, (char *) "image", NULL }, &context, &options, &error) >=
                    0 ||
            strncmp(error.message, ABOUT_THE_VALUE, strlen(ABOUT_THE_VALUE)) != 0)
                return NULL;
        return TAKE_PTR(error.message);
}
