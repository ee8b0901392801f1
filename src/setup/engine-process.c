/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Finds the engine by /run/docker.pid, and reads from its command line what concerns the configuration. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine-process.h"
#include "util/fd.h"
#include "util/macro.h"
#include "util/process.h"

#define FILE_MAX (1U << 20)

void engine_process_done(EngineProcess *p)
{
        free(p->config_file);
        free(p->default_runtime);
        *p = ENGINE_PROCESS_NULL;
}

/* The value of "--name=VALUE" or "--name VALUE" (each word ends with a NUL), or NULL if word is another
 * option. */
static const char *option_value(const char *word, const char *end, const char *name)
{
        size_t n = strlen(name);

        if (strncmp(word, name, n) != 0 || (word[n] && word[n] != '='))
                return NULL;
        word += n + 1;
        return word < end ? word : "";
}

/* Replaces *ret, because the last value counts. value NULL changes nothing. */
static int keep(const char *value, char **ret)
{
        if (!value)
                return 0;
        free(*ret);
        *ret = strdup(value);
        return *ret ? 0 : -ENOMEM;
}

int engine_process_find(EngineProcess *ret)
{
        _cleanup_(engine_process_done)
                EngineProcess p = { .pid = pid_file_find("/proc", ENGINE_PID_FILE, "dockerd") };
        _cleanup_free_ char *words = NULL;
        char path[64];
        size_t size = 0;

        (void) snprintf(path, sizeof(path), "/proc/%i/cmdline", (int) p.pid);
        if (p.pid > 0 && read_file_at(AT_FDCWD, path, FILE_MAX, &words, &size) < 0)
                p.pid = 0;
        for (const char *word = words, *end = word + size; p.pid > 0 && word < end;
             word += strlen(word) + 1) {
                if (option_value(word, end, "--add-runtime"))
                        p.adds_runtimes = true;
                if (keep(option_value(word, end, "--config-file"), &p.config_file) < 0 ||
                    keep(option_value(word, end, "--default-runtime"), &p.default_runtime) < 0)
                        return -ENOMEM;
        }
        *ret = p;
        p = ENGINE_PROCESS_NULL;
        return 0;
}

int engine_process_reload(const EngineProcess *p)
{
        return RET_NERRNO(kill(p->pid, SIGHUP));
}
