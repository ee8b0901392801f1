/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* `systemd-docker network|volume|image ensure`: creates what is missing, and leaves what exists. Where that
 * is other than requested, it says so. */

#include "cli/ensure-options.h"
#include "engine/engine.h"
#include "run/context.h"

/* Everything is borrowed. */
typedef struct EnsureConfig {
        const char *host_name; /* of the engine, for messages */
        const EngineTls *tls;
        const char *api_version; /* $DOCKER_API_VERSION or NULL */
        const CliContext *context;
        bool in_service; /* systemd runs us: an engine that is not up yet is waited for */
} EnsureConfig;

/* Takes ownership of the members of *host. Returns the exit status; what went wrong was logged. */
int ensure_run(const EnsureOptions *options, const EnsureConfig *config, EngineHost *host);
