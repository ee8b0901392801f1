/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The engine of this machine, as a process. */

#include <stdbool.h>
#include <sys/types.h>

#include "util/cleanup.h"

typedef struct EngineProcess {
        pid_t pid;             /* 0: it does not run */
        char *config_file;     /* that it was told to use; NULL: its own default */
        char *default_runtime; /* likewise */
        bool adds_runtimes;    /* by --add-runtime: then it takes none out of a file */
} EngineProcess;

#define ENGINE_PID_FILE "/run/docker.pid"
#define ENGINE_PROCESS_NULL ((EngineProcess){ .pid = 0 })

int engine_process_find(EngineProcess *ret);
void engine_process_done(EngineProcess *p);

/* Has it read its configuration again. */
int engine_process_reload(const EngineProcess *p);
