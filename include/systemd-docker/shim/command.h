/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A command line of the OCI runtime's, as containerd calls it:
 * RUNTIME --root … --log FILE --log-format json --systemd-cgroup create --bundle FOLDER --pid-file FILE ID
 */

#include <stdbool.h>

typedef struct RuntimeCommand {
        const char *verb;   /* "create", "exec", …; NULL: none, or it could not be found */
        const char *id;     /* of an engine's container, 64 hex digits; NULL: none is named */
        const char *bundle; /* NULL: the working directory */
        const char *log;    /* NULL: standard error only */
        bool log_is_json;
        int systemd_cgroup; /* which word asks for systemd's cgroups; 0: none */
} RuntimeCommand;

/* Everything in *ret is borrowed from argv. What it does not understand it leaves out. */
void runtime_command_parse(const char *const *argv, RuntimeCommand *ret);

/* Whether it makes a container out of a bundle. */
bool runtime_command_creates(const RuntimeCommand *c);
