/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* { "Name": "remote", "Metadata": {}, "Endpoints": { "docker": { "Host": "tcp://h:2376", "SkipTLSVerify":
 * false } } }
 *
 * As in the CLI (Go), upper and lower case do not matter in names of members, except for the key "docker".
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/registry/docker-context.h"
#include "util/macro.h"
#include "util/text.h"
#include "json/json.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static int parse_object(const char *data, size_t size, struct json_object **ret)
{
        _cleanup_json_ struct json_object *o = NULL;
        int r = json_parse_file(data, size, &o);

        if (r == -ENOMEM)
                return r;
        if (r < 0 || !json_object_is_type(o, json_type_object))
                return -EBADMSG;
        *ret = TAKE_PTR(o);
        return 0;
}

int docker_context_current(const char *data, size_t size, char **ret)
{
        _cleanup_json_ struct json_object *config = NULL;
        struct json_object *name;
        char *copy = NULL;
        int r = text_is_blank(data, size) ? 0 : parse_object(data, size, &config);

        if (r < 0)
                return r;
        name = config ? json_get_any_case(config, "currentContext") : NULL;
        if (name && !json_object_is_type(name, json_type_string))
                return -EINVAL;
        if (name && json_object_get_string_len(name) > 0) {
                copy = strdup(json_object_get_string(name));
                if (!copy)
                        return -ENOMEM;
        }
        *ret = copy;
        return 0;
}

void docker_context_done(DockerContext *c)
{
        free(c->host);
        *c = DOCKER_CONTEXT_NULL;
}

int docker_context_parse(const char *data, size_t size, DockerContext *ret)
{
        _cleanup_json_ struct json_object *meta = NULL;
        struct json_object *endpoints, *docker = NULL, *no_check;
        const char *host;
        char *copy;
        int r = parse_object(data, size, &meta);

        if (r < 0)
                return r;
        endpoints = json_get_any_case(meta, "Endpoints");
        if (!json_object_is_type(endpoints, json_type_object) ||
            !json_object_object_get_ex(endpoints, "docker", &docker) ||
            !json_object_is_type(docker, json_type_object) ||
            json_get_string_any_case(docker, "Host", &host) < 0 || !*host)
                return -ENOENT;
        no_check = json_get_any_case(docker, "SkipTLSVerify");
        copy = strdup(host);
        if (!copy)
                return -ENOMEM;
        *ret = (DockerContext){ copy, json_object_is_type(no_check, json_type_boolean) &&
                                              json_object_get_boolean(no_check) };
        return 0;
}

bool docker_context_name_is_valid(const char *name)
{
        size_t n = strlen(name);

        return n > 1 && n <= 255 && strchr(ALNUM, *name) && strspn(name, ALNUM "_.+-") == n;
}
