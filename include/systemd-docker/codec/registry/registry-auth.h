/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Credentials for a registry: from the answer of a credential helper to the header for the engine. */

#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

/* Unknown members are NULL. All members are owned. */
typedef struct RegistryAuth {
        char *username;
        char *password;
        char *email;
        char *server_address;
        char *identity_token;
        char *registry_token;
} RegistryAuth;

#define REGISTRY_AUTH_NULL ((RegistryAuth){ .username = NULL })

void registry_auth_done(RegistryAuth *a);

/* The key of the credentials for a registry ("docker.io", "registry:5000"): a constant, or the argument
 * itself. */
const char *registry_auth_key(const char *registry);

/* The value of the header X-Registry-Auth, which belongs to the caller. Without credentials it is an empty
 * object. 0 or -ENOMEM. */
int registry_auth_header(const RegistryAuth *a, char **ret);

/* Puts a credential helper's answer to `get` into *a. Other members, which the configuration file may have
 * set (for example an e-mail address), are kept. -EBADMSG: not such an answer; -ENOMEM. */
int registry_auth_take_answer(RegistryAuth *a, const char *key, const char *data, size_t size);

/* Whether a helper that failed with this output just has no credentials for the registry, which is not an
 * error. */
bool registry_auth_answer_is_none(const char *data, size_t size);
