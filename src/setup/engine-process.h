/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The engine of this machine as a process. */

#include <stdbool.h>
#include <sys/types.h>

#include "util/cleanup.h"

typedef struct EngineProcess {
        pid_t pid;             /* 0: it does not run */
        char *config_file;     /* --config-file; NULL: the engine's default, /etc/docker/daemon.json */
        char *default_runtime; /* --default-runtime; NULL: not given */
        bool adds_runtimes;    /* it has --add-runtime, and then accepts no runtimes from a file */
} EngineProcess;

#define ENGINE_PID_FILE "/run/docker.pid"
#define ENGINE_PROCESS_NULL ((EngineProcess){ .pid = 0 })

/* Finds the process; not finding it is no error. Free *ret with engine_process_done(). 0 or -ENOMEM. */
int engine_process_find(EngineProcess *ret);
void engine_process_done(EngineProcess *p);

/* Makes the engine read its configuration again (SIGHUP); it does not answer. Requires p->pid > 0. 0 or
 * -errno. */
int engine_process_reload(const EngineProcess *p);
