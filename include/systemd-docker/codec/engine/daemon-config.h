/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The engine's daemon.json, as far as runtimes are concerned. */

#include <stdbool.h>
#include <stddef.h>

typedef struct DaemonConfig {
        char *our_path; /* of the runtime that is registered under ENGINE_RUNTIME_NAME; NULL: none is */
        char *default_runtime; /* NULL: not said, runc then */
        char *default_path;    /* of that one; NULL: not said */
        bool default_has_arguments;
} DaemonConfig;

#define DAEMON_CONFIG_NULL ((DaemonConfig){ .our_path = NULL })

/* Nothing but blanks is an empty one. -EBADMSG: not what we understand, *ret_why says why not; -ENOMEM. */
int daemon_config_parse(const char *text, size_t size, DaemonConfig *ret, const char **ret_why);
void daemon_config_done(DaemonConfig *c);

/* Of a text that could be parsed: with our runtime at this path, and without it. What stands there else
 * stays as it is, byte for byte. *ret_text is the caller's. -EBADMSG, -ENOENT: it was not registered;
 * -ENOMEM. */
int daemon_config_register(const char *text, size_t size, const char *path, char **ret_text,
                           size_t *ret_size);
int daemon_config_unregister(const char *text, size_t size, char **ret_text, size_t *ret_size);

/* Without "runtimes", where that is empty; -ENOENT: it is not. Apart, as an engine that reads its
 * configuration again forgets no runtime where nothing is said of them. */
int daemon_config_tidy(const char *text, size_t size, char **ret_text, size_t *ret_size);
