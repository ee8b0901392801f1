/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* StandardInput=fd:NAME and its like make one of the descriptors a standard one, and leave it in the list.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "systemd/passed-files.h"
#include "util/fd.h"
#include "util/macro.h"

/* More than any limit of open files allows by default; the variable may say anything. */
#define PASSED_MAX 4096L

static bool is_standard(const struct stat *file)
{
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
                struct stat standard;

                if (fstat(fd, &standard) >= 0 && stat_is_same_file(&standard, file))
                        return true;
        }
        return false;
}

PassedFiles passed_files_unused(const char *pid, const char *n, pid_t self)
{
        PassedFiles unused = {};
        long count = pid && n && strtol(pid, NULL, 10) == (long) self ? strtol(n, NULL, 10) : 0;

        for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + MIN(count, PASSED_MAX); fd++) {
                struct stat file;

                if (fstat(fd, &file) < 0 || is_standard(&file))
                        continue;
                if (S_ISSOCK(file.st_mode))
                        unused.sockets++;
                else
                        unused.others++;
        }
        return unused;
}
