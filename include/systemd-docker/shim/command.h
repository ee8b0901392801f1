/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A command line of an OCI runtime, as containerd calls it:
 *
 *     RUNTIME --root … --log FILE --log-format json --systemd-cgroup create --bundle FOLDER --pid-file FILE
 * ID */

#include <stdbool.h>

typedef struct RuntimeCommand {
        const char *verb;   /* "create", "exec", …; NULL: none was found */
        const char *id;     /* the id of a container of the engine, 64 hex digits; NULL: none is named */
        const char *bundle; /* NULL: the working directory */
        const char *log;    /* NULL: standard error only */
        bool log_is_json;
        int systemd_cgroup; /* the index in argv of --systemd-cgroup; 0: not given */
} RuntimeCommand;

/* Never fails: words that it does not know are ignored. All pointers in *ret point into argv. */
void runtime_command_parse(const char *const *argv, RuntimeCommand *ret);

/* Whether the verb creates a container from a bundle. */
bool runtime_command_creates(const RuntimeCommand *c);
