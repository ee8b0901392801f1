/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Which engine it is, from the command line, the environment and the docker CLI's configuration. */

#include <stdbool.h>

#include "cli/cli-error.h"
#include "run/context.h"

typedef struct EngineChoice {
        char *host;      /* as in --host */
        char *context;   /* the docker CLI's context that named it; NULL: none */
        char *cert_path; /* the folder of the certificates */
        bool tls, verify;
} EngineChoice;

#define ENGINE_CHOICE_NULL ((EngineChoice){ .host = NULL })

/* host, context: --host and --context, NULL or "" if they are not given. Reads files of the docker CLI's
 * configuration, and may block on them. Free *ret with engine_choice_done(). -EINVAL or -ENOMEM, with
 * *reterr set. */
int engine_choice_find(const CliContext *c, const char *host, const char *context, EngineChoice *ret,
                       CliError *reterr);
void engine_choice_done(EngineChoice *c);
