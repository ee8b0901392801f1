/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "real-runtime.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

#define RUNTIME_FOLDER "/etc/systemd-docker"
#define RUNTIME_FILE RUNTIME_FOLDER "/runtime"
#define RUNTIME_FILE_MAX 4096

static void explain(const char *path)
{
        _cleanup_free_ char *text = NULL;

        if (read_file_at(AT_FDCWD, RUNTIME_FILE, RUNTIME_FILE_MAX, &text, NULL) < 0)
                return;
        text[strcspn(text, "\n")] = 0;
        if (strcmp(text, path) != 0)
                log_notice(RUNTIME_FILE
                           " is left as it is: it says %s, while the engine's default runtime is "
                           "%s. Remove it, and run setup again, to change that.",
                           text, path);
}

int real_runtime_choose(const char *path)
{
        const struct stat like = { .st_mode = 0644, .st_uid = geteuid(), .st_gid = getegid() };
        _cleanup_free_ char *line = NULL;
        int r;

        if (access(RUNTIME_FILE, F_OK) >= 0) {
                explain(path);
                return 0;
        }
        if (asprintf(&line, "%s\n", path) < 0)
                return log_oom();
        (void) mkdir(RUNTIME_FOLDER, 0755);
        r = write_file_durable(RUNTIME_FILE, line, strlen(line), &like);
        if (r < 0)
                return log_error_errno(r, "Failed to write " RUNTIME_FILE ": %m");
        printf(RUNTIME_FILE ": %s, the engine's default\n", path);
        return 1;
}

void real_runtime_forget(const char *path)
{
        _cleanup_free_ char *text = NULL;

        if (!path || read_file_at(AT_FDCWD, RUNTIME_FILE, RUNTIME_FILE_MAX, &text, NULL) < 0)
                return;
        if (strncmp(text, path, strlen(path)) == 0 && strcmp(text + strlen(path), "\n") == 0)
                (void) unlink(RUNTIME_FILE);
}
