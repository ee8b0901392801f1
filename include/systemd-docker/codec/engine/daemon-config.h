/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The runtimes in the engine's daemon.json (dockerd(8)). */

#include <stdbool.h>
#include <stddef.h>

typedef struct DaemonConfig {
        char *our_path;        /* the path of the runtime ENGINE_RUNTIME_NAME; NULL: it is not registered */
        char *default_runtime; /* NULL: not set, which means runc */
        char *default_path;    /* the path of the default runtime; NULL: not set */
        bool default_has_arguments;
} DaemonConfig;

#define DAEMON_CONFIG_NULL ((DaemonConfig){ .our_path = NULL })

/* A text with only white space counts as empty. Free *ret with daemon_config_done(). -EBADMSG: we do not
 * understand the text, and *ret_why is a constant text with the reason; -ENOMEM. */
int daemon_config_parse(const char *text, size_t size, DaemonConfig *ret, const char **ret_why);
void daemon_config_done(DaemonConfig *c);

/* Add our runtime with this path to a text that daemon_config_parse() has accepted, or remove it. Every
 * other byte stays as it is. *ret_text belongs to the caller. -EBADMSG; -ENOENT: the runtime was not
 * registered; -ENOMEM. */
int daemon_config_register(const char *text, size_t size, const char *path, char **ret_text,
                           size_t *ret_size);
int daemon_config_unregister(const char *text, size_t size, char **ret_text, size_t *ret_size);

/* Removes "runtimes" if it is empty; -ENOENT: it is not. This is a step of its own, because an engine that
 * reads its configuration again only forgets a runtime if the configuration has "runtimes". */
int daemon_config_tidy(const char *text, size_t size, char **ret_text, size_t *ret_size);
