/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* --use-api-socket: the logins of docker's configuration file, copied into the container, so that a client
 * in it can use the engine's socket as the user would. */

#include <stdbool.h>

#include "engine/engine.h"
#include "run/context.h"
#include "util/cleanup.h"
#include "json/json.h"

typedef struct ContainerLogins ContainerLogins;

typedef struct ContainerLoginsOps {
        /* Exactly one of these follows container_logins_put(), once. The logins may be freed in it. error:
         * of the engine or of the connection. */
        void (*on_put)(void *userdata);
        void (*on_failed)(const EngineError *error, void *userdata);
} ContainerLoginsOps;

/* engine and ops are borrowed. -ENOMEM. */
int container_logins_new(ContainerLogins **ret, Engine *engine, const ContainerLoginsOps *ops,
                         void *userdata);
ContainerLogins *container_logins_free(ContainerLogins *l);
DEFINE_TRIVIAL_CLEANUP_FUNC(ContainerLogins *, container_logins_free)

/* Reads the logins, and adds the variable for them to the body of the create request. A file that cannot be
 * read is a warning. Without any login, or if the user has set that variable, nothing is added and nothing
 * is pending. -ENOMEM. */
int container_logins_prepare(ContainerLogins *l, const CliContext *context, struct json_object *body);

/* There are logins, and they were not copied yet. */
bool container_logins_are_pending(const ContainerLogins *l);
/* Copies them into the container with this id, which must not have started. An op follows. -ENOMEM, -EIO:
 * the request cannot be sent. */
int container_logins_put(ContainerLogins *l, const char *id);
/* Ends the request, if it is under way. */
void container_logins_stop(ContainerLogins *l);
/* Forgets them: the container keeps the logins that it has. */
void container_logins_drop(ContainerLogins *l);
