/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* From run options to the body of POST /containers/create. The caller sends the query itself: name=o->name
 * and platform=o->platform, each only where it is set. */

#include <stdint.h>

#include "codec/engine/api-version.h"
#include "run/run-options.h"

/* What the supervisor adds. Vectors may be NULL. */
typedef struct RunRequestExtras {
        char *const *environment;  /* NAME=VALUE; left out where the user has set that name */
        char *const *binds;        /* SOURCE:TARGET[:OPTIONS] */
        char *const *labels;       /* NAME=VALUE; replaces a user's label of that name */
        const char *cgroup_parent; /* NULL: the user's or none */
        const char *runtime;       /* NULL: the user's or none */
} RunRequestExtras;

/* Fails with exit code 1 where an option needs a newer engine. version NULL: what the command line says,
 * whatever the engine makes of it; this is for the hash. extras may be NULL. *ret_body is the caller's. */
int run_request_build(const RunOptions *o, const ApiVersion *version, const RunRequestExtras *extras,
                      struct json_object **ret_body, CliError *reterr);

/* What `--env` passes on: of this environment all but HOME, PATH and what systemd sets for the service
 * itself. A vector for RunRequestExtras.environment; free it with strv_free(). */
int run_request_pass_environment(char *const *environment, char ***ret);

/* Is this variable (up to its '=' or end) one that `--env` keeps back? */
bool run_request_environment_is_private(const char *variable);

/* A stable hash of a body: of one that was built without a version, so that an upgrade of the engine doesn't
 * make it another. 32 hex digits and NUL: equal for equal bodies whatever their member order, the same in
 * every version of this program and on every machine. */
#define RUN_REQUEST_HASH_MAX 33
int run_request_hash(struct json_object *body, char ret[static RUN_REQUEST_HASH_MAX]);
