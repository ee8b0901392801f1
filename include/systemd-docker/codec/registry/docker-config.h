/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The credentials for a registry in docker's configuration file, config.json. */

#include <stdbool.h>
#include <stddef.h>

#include "codec/registry/registry-auth.h"

typedef struct DockerConfigAuth {
        bool found;        /* `auths` has an entry for the registry */
        RegistryAuth auth; /* that entry; all members are NULL if there is none */
        char *helper;      /* the NAME of the docker-credential-NAME to ask first; NULL: none */
} DockerConfigAuth;

#define DOCKER_CONFIG_AUTH_NULL ((DockerConfigAuth){ .helper = NULL })

/* key: see registry_auth_key(). 0: *ret is set, even if nothing was found; free it with
 * docker_config_auth_done(). -EBADMSG: the file is not a JSON object. -EINVAL: the entry of the registry is
 * malformed. -ENOMEM. */
int docker_config_find(const char *data, size_t size, const char *key, DockerConfigAuth *ret);
void docker_config_auth_done(DockerConfigAuth *a);

/* The text of a config.json with only `auths`, which belongs to the caller; *ret is NULL if there are none.
 * *ret_helpers: credential helpers may have more logins. -EBADMSG: not a JSON object. -EINVAL: an entry is
 * malformed. -ENOMEM. */
int docker_config_logins(const char *data, size_t size, char **ret, bool *ret_helpers);
