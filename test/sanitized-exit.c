/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Only linked into programs with the address sanitizer. When a program ends, the leak checker stops it with
 * ptrace(2) and spins until the SIGSTOP of the attachment arrives. systemd sends SIGCONT right after
 * SIGTERM, which discards a pending SIGSTOP: a program that ends within the millisecond between the two
 * would hang for ever. This code therefore lets the SIGCONT pass first. */

#include <time.h>

__attribute__((destructor)) static void let_sigcont_pass(void)
{
        nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
}
