/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Chains of processes: each of them forks the next one and ends, for a time. The last ones stay.
 * chain NUMBER MILLISECONDS */

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long now(void)
{
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
        long end;

        if (argc != 3)
                return 2;
        end = now() + atol(argv[2]);
        signal(SIGCHLD, SIG_IGN);
        for (int i = atoi(argv[1]); i > 0; i--)
                if (fork() == 0) {
                        while (now() < end) {
                                pid_t pid = fork();

                                if (pid > 0)
                                        _exit(0);
                                if (pid < 0)
                                        break;
                        }
                        (void) write(1, "end\n", 4);
                        for (;;)
                                pause();
                }
        for (;;)
                pause();
}
