/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The only program in the infra container of a pod, whose namespaces the members join: it waits until it is
 * stopped, and reaps what is left of processes that joined its PID namespace. Linked statically, because the
 * image has no other file. */

#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

int main(void)
{
        sigset_t set;
        int signo;

        if (sigfillset(&set) < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return 1;
        for (;;) {
                if (sigwait(&set, &signo) != 0)
                        return 1;
                if (signo == SIGCHLD)
                        while (waitpid(-1, NULL, WNOHANG) > 0)
                                ;
                else if (signo == SIGTERM || signo == SIGINT || signo == SIGQUIT)
                        return 0;
        }
}
