/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Contexts of the docker CLI: names for engines. config.json says which one is the current one, and
 * contexts/meta/SHA256 OF THE NAME/meta.json where its engine is. */

#include <stdbool.h>
#include <stddef.h>

typedef struct DockerContext {
        char *host;    /* as in --host, never NULL */
        bool no_check; /* SkipTLSVerify */
} DockerContext;

#define DOCKER_CONTEXT_NULL ((DockerContext){ .host = NULL })

/* The currentContext of a config.json: *ret is NULL if there is none, and belongs to the caller. -EBADMSG:
 * not a JSON object; -EINVAL: currentContext is no name; -ENOMEM. */
int docker_context_current(const char *data, size_t size, char **ret);

/* A meta.json. -EBADMSG: not a JSON object; -ENOENT: it has no engine of Docker's; -ENOMEM. Free *ret with
 * docker_context_done(). */
int docker_context_parse(const char *data, size_t size, DockerContext *ret);
void docker_context_done(DockerContext *c);

/* Whether the CLI takes this as a name: [a-zA-Z0-9][a-zA-Z0-9_.+-]+. */
bool docker_context_name_is_valid(const char *name);
