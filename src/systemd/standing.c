/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* systemd tells each process that it executes the process's own pid, in a variable (since 248): what is
 * below that process inherits the variable, but has another pid. Where the variable has been lost (sudo, env
 * -i), or somebody stands between systemd and us (flock, timeout, a shell), systemd is asked. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "codec/systemd/proc-status.h"
#include "systemd/standing.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

#define STAT_SIZE_MAX 4096
#define ANCESTORS_MAX 64

static bool is_pid(const char *text, pid_t pid)
{
        char expected[16];

        (void) snprintf(expected, sizeof(expected), "%i", (int) pid);
        return text && strcmp(text, expected) == 0;
}

Standing standing_judge(const char *exec_pid, pid_t self, const UnitStart *start, bool main_is_ancestor)
{
        if (is_pid(exec_pid, self))
                return STANDING_SERVICE;
        if (!start)
                return STANDING_BY_HAND;
        if (start->main_pid == self)
                return STANDING_SERVICE;
        return start->activating && main_is_ancestor ? STANDING_BELOW : STANDING_BY_HAND;
}

static pid_t parent_of(pid_t pid)
{
        _cleanup_free_ char *text = NULL;
        pid_t parent = 0;
        char path[32];

        (void) snprintf(path, sizeof(path), "/proc/%i/stat", (int) pid);
        if (read_file_at(AT_FDCWD, path, STAT_SIZE_MAX, &text, NULL) < 0 ||
            proc_stat_parent(text, &parent) < 0)
                return 0;
        return parent;
}

static bool is_ancestor(pid_t ancestor)
{
        pid_t pid = getppid();

        for (unsigned i = 0; i < ANCESTORS_MAX && pid > 1; i++, pid = parent_of(pid))
                if (pid == ancestor)
                        return true;
        return false;
}

Standing standing_find(const char *exec_pid, int *ret_error)
{
        UnitStart start;
        int r;

        *ret_error = 0;
        if (is_pid(exec_pid, getpid()))
                return STANDING_SERVICE;
        /* PrivatePIDs=: systemd has executed the first process of the namespace, and tells its pid outside.
         */
        if (exec_pid && getpid() == 1 && getppid() == 0)
                return STANDING_SERVICE;
        r = unit_info_ask_start(&start);
        /* Who has become another user cannot ask the first user's systemd. */
        if (r < 0 && r != -ENODATA && r != -ENXIO && sd_pid_get_user_unit(0, NULL) < 0)
                *ret_error = r;
        if (r < 0)
                return standing_judge(exec_pid, getpid(), NULL, false);
        return standing_judge(exec_pid, getpid(), &start, is_ancestor(start.main_pid));
}
