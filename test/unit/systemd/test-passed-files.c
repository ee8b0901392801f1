/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Real descriptors, in a child whose numbers are free for them. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "systemd/passed-files.h"
#include "util/macro.h"

#define SELF 100

/* In the child: a pipe as 3, a socket as 4, a file as 5; nothing is 6. */
static void arrange(bool pipe_is_input, bool socket_is_output)
{
        int p[2], s[2], f = open("/dev/null", O_RDONLY);

        if (f < 0 || pipe(p) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
                _exit(100);
        /* Above what they are to become. */
        p[0] = fcntl(p[0], F_DUPFD, 20);
        s[0] = fcntl(s[0], F_DUPFD, 20);
        f = fcntl(f, F_DUPFD, 20);
        (void) dup2(p[0], 3);
        (void) dup2(s[0], 4);
        (void) dup2(f, 5);
        (void) close(6);
        (void) dup2(pipe_is_input ? p[0] : p[1], 0);
        (void) dup2(socket_is_output ? s[0] : s[1], 1);
        (void) dup2(socket_is_output ? s[0] : s[1], 2);
        if (!pipe_is_input)
                (void) close(0);
}

/* Sockets and others that are unused, as two digits. */
static int count(const char *pid, const char *n, bool pipe_is_input, bool socket_is_output)
{
        pid_t child = fork();
        int status;

        if (child == 0) {
                PassedFiles unused;

                arrange(pipe_is_input, socket_is_output);
                unused = passed_files_unused(pid, n, SELF);
                _exit((int) (10 * unused.sockets + unused.others));
        }
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_assert(WIFEXITED(status));
        return WEXITSTATUS(status);
}

Test(passed_files, table)
{
        static const struct {
                const char *pid, *n;
                bool pipe_is_input, socket_is_output;
                int expected;
        } table[] = {
                { NULL, "3", false, false, 0 },     { "100", NULL, false, false, 0 },
                { "101", "3", false, false, 0 }, /* of our parent */
                { "100", "0", false, false, 0 },    { "100", "-1", false, false, 0 },
                { "100", "many", false, false, 0 }, { "100", "1", false, false, 1 },
                { "100", "2", false, false, 11 },   { "100", "3", false, false, 12 },
                { "100", "4", false, false, 12 }, /* there is no such descriptor */
                { "100", "1", true, false, 0 },     { "100", "2", true, true, 0 },
                { "100", "3", true, true, 1 },      { "100", "2", false, true, 1 },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                cr_assert_eq(
                        count(table[i].pid, table[i].n, table[i].pipe_is_input, table[i].socket_is_output),
                        table[i].expected, "row %zu", i);
}
