/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The supervisor of one container: owns the loop and every source on it. */

#include "cli/options.h"
#include "codec/engine/engine-host.h"
#include "engine/engine.h"
#include "facts/facts.h"
#include "run/run-options.h"
#include "systemd/owner.h"

typedef struct Supervisor Supervisor;

/* Everything that comes from outside, read once by main(). Borrowed: must outlive the supervisor. */
typedef struct SupervisorConfig {
        const Options *options;
        const RunOptions *run;
        const CliContext *context;
        const char *host_name; /* of the engine, for messages */
        EngineTls tls;
        const char *runtime_folder; /* /run, or $XDG_RUNTIME_DIR; NULL: none */
        const char *api_version;    /* $DOCKER_API_VERSION or NULL */
        Standing standing;
        Owner owner;               /* of the containers that are created */
        bool named_by_unit;        /* the container's name was not given, and is the unit's */
        const char *notify_socket; /* $NOTIFY_SOCKET or NULL */
        uint64_t watchdog_usec;    /* 0: none */
} SupervisorConfig;

/* Takes over what *host holds. */
int supervisor_new(Supervisor **ret, const SupervisorConfig *config, EngineHost *host);
Supervisor *supervisor_free(Supervisor *s);
DEFINE_TRIVIAL_CLEANUP_FUNC(Supervisor *, supervisor_free)

/* Runs until the service has ended. Returns the exit status for the process, 0..255. */
int supervisor_run(Supervisor *s);
