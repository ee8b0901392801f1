/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Builds the body of POST /containers/create (Docker Engine API) from run options. The caller adds the query
 * itself: name=o->name and platform=o->platform, each one only if it is set. */

#include <stdint.h>

#include "codec/engine/api-version.h"
#include "run/run-options.h"

/* What the supervisor adds to the request. Vectors may be NULL; nothing is owned. */
typedef struct RunRequestExtras {
        char *const *environment;  /* NAME=VALUE; left out if the user has set that name */
        char *const *binds;        /* SOURCE:TARGET[:OPTIONS] */
        char *const *labels;       /* NAME=VALUE; replaces the user's label of that name */
        const char *cgroup_parent; /* NULL: keep the user's value, or none */
        const char *runtime;       /* NULL: keep the user's value, or none */
} RunRequestExtras;

/* version: the API version of the engine, which decides which members are sent. An option that needs a newer
 * version is an error with exit code 1. If version is NULL, the body is what the command line says,
 * independent of the engine; this is for the hash. extras may be NULL. *ret_body belongs to the caller.
 * -EINVAL with *reterr set, -ENOMEM. */
int run_request_build(const RunOptions *o, const ApiVersion *version, const RunRequestExtras *extras,
                      struct json_object **ret_body, CliError *reterr);

/* The variables that `--env` passes on: those of the environment except the private ones, see below. *ret is
 * a vector for RunRequestExtras.environment, to be freed with strv_free(); NULL if it is empty. 0 or
 * -ENOMEM. */
int run_request_pass_environment(char *const *environment, char ***ret);

/* Whether `--env` does not pass this variable on: HOME, PATH, the variables of the service's account, and
 * those that systemd sets for the service itself (systemd.exec(5)). variable ends with its '=' or a NUL. */
bool run_request_environment_is_private(const char *variable);

/* A stable hash of a body: 32 hex digits and a NUL. Equal bodies have equal hashes, whatever the order of
 * their members, in every version of this program and on every machine. Pass a body that was built without a
 * version, so that an upgrade of the engine does not change the hash. 0 or -ENOMEM. */
#define RUN_REQUEST_HASH_MAX 33
int run_request_hash(struct json_object *body, char ret[static RUN_REQUEST_HASH_MAX]);
