/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Credentials for a registry, from what a credential helper says to what the engine is told. */

#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

/* What is not known is NULL. */
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

/* What the credentials for a registry ("docker.io", "registry:5000") are filed under. */
const char *registry_auth_key(const char *registry);

/* The header X-Registry-Auth; without credentials it is that of an empty object. 0 or -ENOMEM. */
int registry_auth_header(const RegistryAuth *a, char **ret);

/* A credential helper's answer to `get` goes into *a, over what the configuration file has (an e-mail
 * address, say). -EBADMSG: it is none; -ENOMEM. */
int registry_auth_take_answer(RegistryAuth *a, const char *key, const char *data, size_t size);

/* Whether a helper that failed with this output has no credentials for that registry, which is no error. */
bool registry_auth_answer_is_none(const char *data, size_t size);
