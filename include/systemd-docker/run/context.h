/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What a command line depends on besides itself: environment, working directory, machine, engine. */

/* All that a command line can depend on besides itself. */
typedef struct CliContext {
        char *const *environment; /* "NAME=VALUE", as environ(7) */
        int dir_fd;               /* of the working directory; AT_FDCWD */
        const char *directory;    /* its absolute path, for `-v ./data:/data`; NULL: ask getcwd(3) */
        const char *machine;      /* as uname -m, for `--platform linux`; NULL: ask uname(2) */
        const char *host; /* the engine, as --host: config.json may have a proxy of its own for it; NULL:
                           * DOCKER_HOST or the default */
} CliContext;

/* $DOCKER_CONFIG or ~/.docker: where config.json is, and certificates. The caller's; NULL: out of memory. */
char *context_config_folder(const CliContext *c);

/* Value of a variable in the caller's environment, NULL where it isn't set. */
const char *context_getenv(const CliContext *c, const char *name);
/* $HOME; a service may have none, then it is the user's. */
const char *context_home(const CliContext *c);
/* config.json in $DOCKER_CONFIG or ~/.docker. The caller's; NULL: out of memory. */
char *context_config_path(const CliContext *c);
/* The engine's address. */
const char *context_engine(const CliContext *c);
/* `.`-relative paths of mounts; NULL: out of memory or no working directory. */
char *context_absolute_path(const CliContext *c, const char *path);
