/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's process is found by its pid file. What it sees is looked at through /proc/PID: with a mount
 * namespace of our own (PrivateTmp=) we may still share with it what matters. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine-view.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"
#include "util/process.h"

#define FILE_MAX (1U << 20)
#define SHIM "containerd-shim-systemd-docker-v2"
static bool has_same_cgroups(const char *proc, const char *engine)
{
        char own[PATH_MAX], theirs[PATH_MAX];

        return snprintf(own, sizeof(own), "%s/self/ns/cgroup", proc) < PATH_MAX &&
               snprintf(theirs, sizeof(theirs), "%s/ns/cgroup", engine) < PATH_MAX &&
               path_is_same_file(own, theirs);
}

/* A folder that nobody has created yet will be where its parent is. */
static bool has_same_folder(const char *engine, const char *folder)
{
        char ours[PATH_MAX], theirs[PATH_MAX], *slash;

        if (snprintf(ours, sizeof(ours), "%s", folder) >= PATH_MAX)
                return false;
        while (access(ours, F_OK) < 0 && errno == ENOENT && (slash = strrchr(ours, '/')) && slash > ours)
                *slash = 0;
        return snprintf(theirs, sizeof(theirs), "%s/root%s", engine, ours) < PATH_MAX &&
               path_is_same_file(theirs, ours);
}

/* $PATH in the engine's environment. */
static char *read_search_path(const char *engine)
{
        _cleanup_free_ char *text = NULL;
        char path[PATH_MAX];
        size_t size = 0;

        if (snprintf(path, sizeof(path), "%s/environ", engine) < PATH_MAX &&
            read_file_at(AT_FDCWD, path, FILE_MAX, &text, &size) >= 0)
                for (const char *word = text; word < text + size; word += strlen(word) + 1)
                        if (strncmp(word, "PATH=", 5) == 0)
                                return strdup(word + 5);
        return strdup(PATH_USUAL);
}

static bool finds_shim(const char *engine)
{
        _cleanup_free_ char *search_path = read_search_path(engine);
        const char *folder;

        for (char *at = search_path; at && (folder = strsep(&at, ":"));) {
                char path[PATH_MAX];

                if (*folder == '/' &&
                    snprintf(path, sizeof(path), "%s/root%s/" SHIM, engine, folder) < PATH_MAX &&
                    access(path, X_OK) >= 0)
                        return true;
        }
        return false;
}

const char *engine_view_obstacle(const char *proc, const char *pid_file, const char *state_folder)
{
        pid_t pid = pid_file_find(proc, pid_file, "dockerd");
        char engine[PATH_MAX];

        if (pid <= 0)
                return "the engine's process is not found";
        (void) snprintf(engine, sizeof(engine), "%s/%i", proc, (int) pid);
        if (!has_same_cgroups(proc, engine))
                return "the engine has other cgroups, or its process can't be looked at";
        if (!has_same_folder(engine, state_folder))
                return "the engine has another /run";
        if (!finds_shim(engine))
                return "the engine has no " SHIM " in its $PATH";
        return NULL;
}
