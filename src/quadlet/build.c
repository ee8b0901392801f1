/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* [Build]: the one type that needs Docker's command line client, because a build over the API is a session
 * of BuildKit's own protocol. */

#include <string.h>

#include "convert.h"
#include "handlers.h"
#include "verb.h"

void build_begin(Conversion *c)
{
        begin_verb(c, "build");
        c->remains = false; /* a further start builds again */
        if (c->config->docker_client)
                c->program = c->config->docker_client;
        else
                conversion_error(c, NULL, NULL,
                                 "a .build file needs Docker's command line client: install docker-cli and "
                                 "docker-buildx, or "
                                 "build the image elsewhere and use an .image file");
}

void key_build_args(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++)
                words_add(&c->run, values->items[i].text);
}

void key_build_pull(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const char *policy = values->items[0].text;

        if (strcmp(policy, "always") == 0 || strcmp(policy, "newer") == 0)
                words_add(&c->run, "--pull");
        else if (strcmp(policy, "never") == 0)
                conversion_warn(
                        c, values->items[0].line, "Pull=missing",
                        "Pull=never has no effect: `docker build` pulls a base image that is missing");
}

static bool is_url(const char *s)
{
        return strstr(s, "://") || strncmp(s, "git@", 4) == 0 || strncmp(s, "github.com/", 11) == 0;
}

/* The folder of a path; "/" for a file in it. */
static char *folder_of(Conversion *c, const char *path)
{
        const char *slash = strrchr(path, '/');
        char *s = !slash || slash == path ? strdup("/") : strndup(path, (size_t) (slash - path));

        c->failed = c->failed || !s;
        return s;
}

void build_end(Conversion *c)
{
        const char *file = conversion_text(c, "File"), *where = conversion_text(c, "SetWorkingDirectory");
        _cleanup_free_ char *path = NULL, *context = NULL;

        if (conversion_values(c, "ImageTag")->n == 0)
                conversion_error(c, conversion_line(c, "ImageTag"), "ImageTag=localhost/NAME",
                                 "[Build] has no ImageTag=");
        if (!file && !where) {
                conversion_error(c, NULL, "SetWorkingDirectory=unit",
                                 "[Build] has neither File= nor SetWorkingDirectory=");
                return;
        }
        add_platform(c);
        if (file && where && is_url(where))
                path = strdup(file); /* in the context */
        else if (file)
                path = conversion_path(c, file);
        if (file && !path) {
                c->failed = true;
                return;
        }
        if (path)
                conversion_run(c, "file", path);
        if (where && is_url(where))
                context = strdup(where);
        else if ((!where || strcmp(where, "file") == 0) && path)
                context = folder_of(c, path);
        else
                context = conversion_path(c, where && strcmp(where, "unit") != 0 ? where : ".");
        if (context)
                words_add(&c->command, context);
        c->failed = c->failed || !context;
}
