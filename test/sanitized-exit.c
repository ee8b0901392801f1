/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Linked into a program with the address sanitizer only. The leak checker at its end stops the process with
 * ptrace(2), and spins until the SIGSTOP of the attachment arrives. systemd sends SIGCONT right behind
 * SIGTERM, and that takes a pending SIGSTOP away: a program that ends within the millisecond between the two
 * hangs for ever. So the SIGCONT is let pass first. */

#include <time.h>

__attribute__((destructor)) static void let_sigcont_pass(void)
{
        nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
}
