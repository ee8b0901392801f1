/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* There is only one exec between containerd and the real runtime: same process, same environment, same
 * words. */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shim/runtime-exec.h"
#include "shim/search-path.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "json/json-edit.h"

#define RUNTIME_DEFAULT "runc"
#define RUNTIME_FILE_MAX 4096U

static char *real_runtime(void)
{
        _cleanup_free_ char *text = NULL;

        if (read_file_at(AT_FDCWD, RUNTIME_FILE, RUNTIME_FILE_MAX, &text, NULL) >= 0) {
                text[strcspn(text, "\r\n")] = 0;
                if (*text)
                        return TAKE_PTR(text);
        }
        return strdup(RUNTIME_DEFAULT);
}

bool runtime_is_behind_shim(void)
{
        return search_path_begins_with(getenv("PATH"), RUNC_FOLDER);
}

/* The real runtime, or what it calls, may look for "runc". */
static int leave_shim_folder(void)
{
        const char *before = getenv("PATH");
        _cleanup_free_ char *path = NULL;

        if (!before || !strstr(before, RUNC_FOLDER))
                return 0;
        path = search_path_remove(before, RUNC_FOLDER);
        if (!path)
                return -ENOMEM;
        return RET_NERRNO(*path ? setenv("PATH", path, 1) : unsetenv("PATH"));
}

static bool is_ourselves(const char *path)
{
        return path_is_same_file("/proc/self/exe", path);
}

/* We would execute ourselves again and again. */
static bool leads_back(const char *name)
{
        const char *path = getenv("PATH");

        if (strchr(name, '/') || !path)
                return is_ourselves(name);
        while (*path) {
                size_t n = strcspn(path, ":");
                _cleanup_free_ char *file = NULL;

                /* An empty item is the working directory. */
                if (asprintf(&file, "%.*s%s%s", (int) n, path, n > 0 ? "/" : "./", name) < 0)
                        return true;
                if (access(file, X_OK) >= 0)
                        return is_ourselves(file);
                path += n + (path[n] == ':');
        }
        return false;
}

int runtime_exec(char **argv, const char *runtime, char **ret_name)
{
        _cleanup_free_ char *name = runtime ? strdup(runtime) : real_runtime();
        int r;

        if (!name || leave_shim_folder() < 0)
                return -ENOMEM;
        if (leads_back(name))
                r = -ELOOP;
        else {
                argv[0] = name;
                r = RET_NERRNO(execvp(name, argv));
        }
        *ret_name = TAKE_PTR(name);
        return r;
}

static void append_to_log(const char *path, const char *line)
{
        _cleanup_close_ int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);

        if (fd >= 0)
                dprintf(fd, "%s\n", line);
}

/* The format of runc's logger (logrus). containerd reads the last line with the level "error". */
void runtime_log_error(const RuntimeCommand *c, const char *format, ...)
{
        _cleanup_free_ char *message = NULL, *quoted = NULL, *line = NULL;
        time_t now = time(NULL);
        struct tm tm;
        char stamp[32];
        va_list ap;
        int r;

        va_start(ap, format);
        r = vasprintf(&message, format, ap);
        va_end(ap);
        if (r < 0) {
                message = NULL;
                return;
        }
        quoted = json_edit_quote(message);
        (void) strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
        if (quoted && asprintf(&line,
                               c->log_is_json ? "{\"level\":\"error\",\"msg\":%s,\"time\":\"%s\"}"
                                              : "level=error msg=%s time=\"%s\"",
                               quoted, stamp) < 0)
                line = NULL;
        if (c->log && line)
                append_to_log(c->log, line);
        dprintf(STDERR_FILENO, "systemd-docker-runtime: %s\n", message);
}
