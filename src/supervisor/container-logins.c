/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* As the docker CLI does it: the container gets a configuration file of its own, and the variable
 * $DOCKER_CONFIG that names its folder. The logins are read before the container is created, because it gets
 * the variable only if there are any. They are copied before the container starts. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/tar.h"
#include "codec/registry/docker-config.h"
#include "container-logins.h"
#include "timeouts.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

#define CONFIG_MAX ((size_t) 16 * 1024 * 1024)
#define VARIABLE "DOCKER_CONFIG="
#define FOLDER "/run/secrets/docker"

struct ContainerLogins {
        Engine *engine;
        EngineRequest *request;
        const ContainerLoginsOps *ops;
        void *userdata;
        char *text; /* of the configuration file in the container; NULL: nothing is pending */
};

int container_logins_new(ContainerLogins **ret, Engine *engine, const ContainerLoginsOps *ops,
                         void *userdata)
{
        ContainerLogins *l = calloc(1, sizeof(*l));

        if (!l)
                return -ENOMEM;
        l->engine = engine;
        l->ops = ops;
        l->userdata = userdata;
        *ret = l;
        return 0;
}

ContainerLogins *container_logins_free(ContainerLogins *l)
{
        if (!l)
                return NULL;
        engine_request_free(l->request);
        free(l->text);
        free(l);
        return NULL;
}

static int read_logins(ContainerLogins *l, const CliContext *context)
{
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
                r = docker_config_logins(data, size, &l->text, &helpers);
        if (r == -ENOMEM)
                return r;
        if (r == -EBADMSG || r == -EINVAL)
                log_warning("--use-api-socket: the container gets no logins, %s is malformed.", path);
        else if (r < 0)
                log_warning_errno(r, "--use-api-socket: the container gets no logins, failed to read %s: %m",
                                  path);
        else if (helpers)
                log_warning(
                        "--use-api-socket: the container does not get the logins that credential helpers "
                        "keep for %s.",
                        path);
        return 0;
}

/* Whoever sets the variable has logins of their own. */
static bool has_variable(struct json_object *environment)
{
        for (size_t i = 0; i < json_object_array_length(environment); i++)
                if (strncmp(json_object_get_string(json_object_array_get_idx(environment, i)), VARIABLE,
                            strlen(VARIABLE)) == 0)
                        return true;
        return false;
}

int container_logins_prepare(ContainerLogins *l, const CliContext *context, struct json_object *body)
{
        struct json_object *environment = json_ensure(body, "Env", json_type_array);
        int r;

        container_logins_drop(l);
        if (!environment)
                return -ENOMEM;
        if (has_variable(environment))
                return 0;
        r = read_logins(l, context);
        return r >= 0 && l->text ? json_append_string(environment, VARIABLE FOLDER) : r;
}

bool container_logins_are_pending(const ContainerLogins *l)
{
        return l->text;
}

void container_logins_drop(ContainerLogins *l)
{
        free(l->text);
        l->text = NULL;
}

void container_logins_stop(ContainerLogins *l)
{
        l->request = engine_request_free(l->request);
}

static void on_done(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        ContainerLogins *l = ASSERT_PTR(userdata);

        if (r < 0) {
                l->ops->on_failed(&reply->error, l->userdata);
                return;
        }
        container_logins_drop(l);
        l->ops->on_put(l->userdata);
}

int container_logins_put(ContainerLogins *l, const char *id)
{
        static const EngineRequestOps ops = { .on_done = on_done };
        _cleanup_free_ char *path = NULL, *archive = NULL;
        size_t size = 0;
        int r;

        assert(l->text);
        container_logins_stop(l);
        if (asprintf(&path, "/containers/%s/archive?noOverwriteDirNonDir=true&path=%%2F", id) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        r = tar_file(FOLDER "/config.json", 0600, l->text, strlen(l->text), &archive, &size);
        if (r < 0)
                return r;
        return engine_call(l->engine, &l->request,
                           &(EngineCall){ .method = "PUT",
                                          .path = path,
                                          .body = archive,
                                          .body_size = size,
                                          .timeout_usec = REQUEST_TIMEOUT_USEC,
                                          .ops = &ops,
                                          .userdata = l });
}
