/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The name in comm ends with a newline. */

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/fd.h"
#include "util/process.h"

#define SMALL_FILE_MAX 64

bool process_has_name(const char *proc, pid_t pid, const char *name)
{
        _cleanup_free_ char *comm = NULL;
        char path[PATH_MAX];
        size_t n = strlen(name);

        if (snprintf(path, sizeof(path), "%s/%i/comm", proc, (int) pid) >= PATH_MAX ||
            read_file_at(AT_FDCWD, path, SMALL_FILE_MAX, &comm, NULL) < 0)
                return false;
        return strncmp(comm, name, n) == 0 && strcmp(comm + n, "\n") == 0;
}

pid_t pid_file_find(const char *proc, const char *path, const char *name)
{
        _cleanup_free_ char *text = NULL;
        long pid;

        if (read_file_at(AT_FDCWD, path, SMALL_FILE_MAX, &text, NULL) < 0)
                return 0;
        pid = strtol(text, NULL, 10);
        return pid > 1 && pid <= INT32_MAX && process_has_name(proc, (pid_t) pid, name) ? (pid_t) pid : 0;
}
