/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The credentials for one registry in docker's configuration file, config.json. */

#include <stdbool.h>
#include <stddef.h>

#include "codec/registry/registry-auth.h"

typedef struct DockerConfigAuth {
        bool found;        /* `auths` has an entry: */
        RegistryAuth auth; /* … this one; all NULL where there is none */
        char *helper;      /* docker-credential-NAME is to be asked first; NULL: none */
} DockerConfigAuth;

#define DOCKER_CONFIG_AUTH_NULL ((DockerConfigAuth){ .helper = NULL })

/* key: see registry_auth_key(). 0: *ret is filled in, be it with nothing. -EBADMSG: the file is no JSON
 * object. -EINVAL: the registry's entry is malformed. -ENOMEM. */
int docker_config_find(const char *data, size_t size, const char *key, DockerConfigAuth *ret);
void docker_config_auth_done(DockerConfigAuth *a);

/* All of `auths` as the text of a config.json of its own; *ret is NULL where there are none. *ret_helpers:
 * there may be more with credential helpers. -EBADMSG: no JSON object. -EINVAL: an entry is malformed.
 * -ENOMEM. */
int docker_config_logins(const char *data, size_t size, char **ret, bool *ret_helpers);
