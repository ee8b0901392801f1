/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The surroundings of a command line of `docker run`: environment, working directory, machine and engine.
 * The rules are those of the docker CLI. Tests and fuzzers pass surroundings of their own.
 *
 * A string that a function returns as char * belongs to the caller; one that it returns as const char *
 * belongs to the context, to the C library, or is constant. */

#include <stdbool.h>

/* Everything that the result of parsing can depend on besides the words. Nothing is owned. */
typedef struct CliContext {
        char *const *environment; /* strings "NAME=VALUE", see environ(7) */
        int dir_fd;               /* the working directory, or AT_FDCWD */
        const char *directory;    /* its absolute path, for `-v ./data:/data`; NULL: ask getcwd(3) */
        const char *machine;      /* the output of uname -m, for `--platform linux`; NULL: ask uname(2) */
        bool in_service;          /* of systemd, which is not where the user stands */
        const char *host; /* the engine, as in --host, because config.json can have a proxy for it; NULL:
                           * $DOCKER_HOST or the default */
} CliContext;

/* The folder of config.json and of the TLS certificates: $DOCKER_CONFIG or ~/.docker. NULL: out of memory.
 */
char *context_config_folder(const CliContext *c);

/* The value of a variable in the environment, or NULL if it is not set. */
const char *context_getenv(const CliContext *c, const char *name);
/* $HOME. A service may have no HOME: then the user's in /etc/passwd, or "/root" if it is not there. NULL:
 * out of memory. */
char *context_home(const CliContext *c);
/* The path of config.json in that folder. NULL: out of memory. */
char *context_config_path(const CliContext *c);
/* The engine's address in the form of --host. Never NULL. */
const char *context_engine(const CliContext *c);
/* The absolute and cleaned form of a path that is relative to the working directory, as in `-v
 * ./data:/data`. NULL: out of memory, or there is no working directory. */
char *context_absolute_path(const CliContext *c, const char *path);
