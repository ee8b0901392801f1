/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --use-api-socket: beside the engine's socket, the container gets the logins of config.json, as a
 * configuration file of its own that a client inside finds by $DOCKER_CONFIG. They are read before the
 * container is made, for it has the variable only where there are any, and are put there before it starts.
 * As the CLI does it. */

#include <stdlib.h>
#include <string.h>

#include "codec/engine/tar.h"
#include "codec/registry/docker-config.h"
#include "run/context.h"
#include "supervisor-internal.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "json/json.h"

#define CONFIG_MAX ((size_t) 16 * 1024 * 1024)
#define VARIABLE "DOCKER_CONFIG="
#define FOLDER "/run/secrets/docker"

static int read_logins(Supervisor *s)
{
        const CliContext *context = s->config.context;
        _cleanup_free_ char *path = context_config_path(context), *data = NULL;
        bool helpers = false;
        size_t size;
        int r;

        if (!path)
                return -ENOMEM;
        r = read_file_at(context->dir_fd, path, CONFIG_MAX, &data, &size);
        if (r == -ENOENT || r == -ENOTDIR)
                return 0;
        if (r >= 0)
                r = docker_config_logins(data, size, &s->logins, &helpers);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                log_warning_errno(r, "--use-api-socket: no logins for the container, failed to read %s: %m",
                                  path);
        else if (helpers)
                log_warning("--use-api-socket: logins that credential helpers keep for %s aren't the "
                            "container's.",
                            path);
        return 0;
}

/* Who sets the variable has logins of their own. */
static bool has_variable(struct json_object *environment)
{
        for (size_t i = 0; i < json_object_array_length(environment); i++)
                if (strncmp(json_object_get_string(json_object_array_get_idx(environment, i)), VARIABLE,
                            strlen(VARIABLE)) == 0)
                        return true;
        return false;
}

int supervisor_add_logins(Supervisor *s, struct json_object *body)
{
        struct json_object *environment;
        int r;

        if (!s->config.run->use_api_socket)
                return 0;
        environment = json_ensure(body, "Env", json_type_array);
        if (!environment)
                return -ENOMEM;
        if (has_variable(environment))
                return 0;
        r = read_logins(s);
        return r >= 0 && s->logins ? json_append_string(environment, VARIABLE FOLDER) : r;
}

static void on_put(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (r < 0) {
                supervisor_step_failed(s, "put the logins of --use-api-socket into the container", reply);
                return;
        }
        supervisor_drop_logins(s);
        supervisor_arm_deadline(s);       /* the next request has the same time */
        supervisor_push(s, LIFE_CREATED); /* completely, now */
}

bool supervisor_may_lack_logins(const Supervisor *s)
{
        return s->logins && s->facts->container.created && s->facts->container.request_hash;
}

void supervisor_drop_logins(Supervisor *s)
{
        free(s->logins);
        s->logins = NULL;
}

/* LIFE_CREATED follows, once more. */
void supervisor_put_logins(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_put };
        _cleanup_free_ char *path = engine_path("/containers/%s/archive?noOverwriteDirNonDir=true&path=%%2F",
                                                s->facts->container.id);
        _cleanup_free_ char *archive = NULL;
        size_t size = 0;
        int r;

        s->request = engine_request_free(s->request);
        r = path ? tar_file(FOLDER "/config.json", 0600, s->logins, strlen(s->logins), &archive, &size)
                 : -ENOMEM;
        if (r >= 0)
                r = engine_call(s->engine, &s->request,
                                &(EngineCall){ .method = "PUT",
                                               .path = path,
                                               .body = archive,
                                               .body_size = size,
                                               .timeout_usec = REQUEST_TIMEOUT_USEC,
                                               .ops = &ops,
                                               .userdata = s });
        if (r < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to call the engine: %s", strerror(-r));
                supervisor_push(s, LIFE_FAILED);
        }
}
