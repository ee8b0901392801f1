/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The creation of the container: the request and its hash, the file of --cidfile, the logins of
 * --use-api-socket, and what the engine's answer means.
 *
 * How to use it: creation_build() once the engine's version is known. Then, for each container that is
 * created, creation_claim_cidfile() and creation_send(), and while creation_has_logins(),
 * creation_put_logins(). creation_stop() ends a request that nobody waits for any more. */

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "cli/cli-error.h"
#include "engine/engine.h"
#include "facts/facts.h"
#include "run/context.h"
#include "run/run-request.h"
#include "util/cleanup.h"

typedef struct Creation Creation;

/* Everything is borrowed, and has to live as long as the creation. */
typedef struct CreationConfig {
        const RunOptions *run;
        const CliContext *context; /* for --env and --use-api-socket */
        bool pass_environment;     /* --env */
        const char *unit, *user;   /* labels: who the container is for */

        uint64_t name_conflict_usec; /* how long to wait while somebody else has the name; 0: the default */
} CreationConfig;

/* The creation may be freed in any of them. */
typedef struct CreationOps {
        /* One of these follows creation_send(): */
        void (*on_created)(const char *id, void *userdata);
        void (*on_image_missing)(void *userdata); /* … and it may be pulled: see facts and --pull */
        void (*on_name_taken)(void *userdata);    /* somebody else has created a container of the name */
        /* This follows creation_put_logins(): */
        void (*on_logins_put)(void *userdata);
        /* Follows either instead. */
        void (*on_failed)(int exit_status, const EngineFailure *failure, void *userdata);
} CreationOps;

/* Times that the name may be taken, one after the other, before that is a failure. */
#define CREATION_NAME_CONFLICTS_MAX 10

/* facts: remove, image_pulled. engine, facts and ops are borrowed. -ENOMEM and others. */
int creation_new(Creation **ret, sd_event *event, Engine *engine, const CreationConfig *config,
                 const Facts *facts, const CreationOps *ops, void *userdata);
/* Removes a file of --cidfile that got no id. */
Creation *creation_free(Creation *c);
DEFINE_TRIVIAL_CLEANUP_FUNC(Creation *, creation_free)

/* Builds the request, for the version that the engine speaks. extras: what the supervisor adds; NULL:
 * nothing. It is read in here only. On failure reterr says why, except for -ENOMEM. */
int creation_build(Creation *c, const RunRequestExtras *extras, CliError *reterr);
/* Of the request that was built: its body; its hash, which is the same for all versions of the engine and
 * wherever the container is placed. NULL before creation_build(). Valid until the next one. */
const char *creation_body(const Creation *c);
const char *creation_hash(const Creation *c);

/* Claims the file of --cidfile, if there is one to be written. -errno, and reterr says why. */
int creation_claim_cidfile(Creation *c, CliError *reterr);
/* The file gets the id of a container that is kept. A failure is a warning. */
void creation_write_cidfile(Creation *c, const char *id);

/* Sends the request that was built. -errno: it cannot be sent, and reterr says why. */
int creation_send(Creation *c, uint64_t timeout_usec, CliError *reterr);
/* Ends whatever is under way: no op is called any more. */
void creation_stop(Creation *c);

/* Whether there are logins that a container of ours has not got yet. Until it has, it must not be started.
 */
bool creation_has_logins(const Creation *c);
/* Copies them into the container. -errno: the request cannot be sent, and reterr says why. */
int creation_put_logins(Creation *c, const char *id, CliError *reterr);
/* The service goes on with a container that exists, and with the logins that it has. */
void creation_drop_logins(Creation *c);
