/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The surroundings of a command line, by the rules of the docker CLI. */

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/context.h"
#include "text.h"
#include "util/cleanup.h"
#include "util/strv.h"

const char *context_getenv(const CliContext *c, const char *name)
{
        size_t n = strlen(name);

        STRV_FOREACH(e, c->environment)
                if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
                        return *e + n + 1;
        return NULL;
}

/* The docker CLI asks nobody else, either. getpwuid() would load what nsswitch.conf names, which stays in
 * memory. */
static char *home_of(uid_t uid)
{
        _cleanup_fclose_ FILE *f = fopen("/etc/passwd", "re");
        struct passwd user, *found;
        char line[1024];

        while (f && fgetpwent_r(f, &user, line, sizeof(line), &found) == 0)
                if (user.pw_uid == uid)
                        return strdup(user.pw_dir);
        return strdup("/root");
}

char *context_home(const CliContext *c)
{
        const char *home = context_getenv(c, "HOME");

        return home && *home ? strdup(home) : home_of(getuid());
}

char *context_config_folder(const CliContext *c)
{
        const char *folder = context_getenv(c, "DOCKER_CONFIG");
        _cleanup_free_ char *home = NULL;
        char *path;

        if (folder && *folder)
                return strdup(folder);
        home = context_home(c);
        return !home || asprintf(&path, "%s/.docker", home) < 0 ? NULL : path;
}

char *context_config_path(const CliContext *c)
{
        _cleanup_free_ char *folder = context_config_folder(c);
        char *path;

        return !folder || asprintf(&path, "%s/config.json", folder) < 0 ? NULL : path;
}

const char *context_engine(const CliContext *c)
{
        const char *host = c->host ? c->host : context_getenv(c, "DOCKER_HOST");

        return host && *host ? host : "unix:///var/run/docker.sock";
}

char *context_absolute_path(const CliContext *c, const char *path)
{
        _cleanup_free_ char *joined = NULL, *here = NULL;
        const char *directory = c->directory;

        if (*path == '/')
                return path_clean(path);
        if (!directory)
                directory = here = getcwd(NULL, 0);
        if (!directory)
                return NULL;
        if (asprintf(&joined, "%s/%s", directory, path) < 0)
                return NULL;
        return path_clean(joined);
}
