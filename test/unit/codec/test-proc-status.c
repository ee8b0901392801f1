/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Signal masks of a process, and whether it is ending. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "codec/systemd/proc-status.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/macro.h"

static const char text[] =
        "Name:\tsh\nUmask:\t0022\nSigQ:\t0/1\nSigPnd:\tffffffffffffffff\n"
        "SigBlk:\t0000000000000001\nSigIgn:\t0000000000000002\nSigCgt:\t8000000000004000\n"
        "CapInh:\t0000000000000000\n";

Test(proc_status, blocked_ignored_or_caught)
{
        for (int i = 1; i <= 64; i++) {
                SignalTaken taken, expected = i == 1                         ? SIGNAL_BLOCKED
                                              : i == 2 || i == 15 || i == 64 ? SIGNAL_HANDLED
                                                                             : SIGNAL_DEFAULT;

                cr_assert_eq(proc_status_signal(text, i, &taken), 0);
                cr_assert_eq(taken, expected, "%i", i);
        }
}

Test(proc_status, blocked_and_handled_is_handled)
{
        static const char *const handled[] = {
                "SigBlk:\tfffffffe7ffbfeff\nSigIgn:\t0\nSigCgt:\t4000\n",
                "SigBlk:\tfffffffe7ffbfeff\nSigIgn:\t4000\nSigCgt:\t0\n",
        };
        SignalTaken taken;

        for (size_t i = 0; i < ELEMENTSOF(handled); i++) {
                cr_assert_eq(proc_status_signal(handled[i], SIGTERM, &taken), 0);
                cr_assert_eq(taken, SIGNAL_HANDLED, "%s", handled[i]);
        }
}

Test(proc_status, no_such_text)
{
        static const char *const bad[] = {
                "",
                "\n",
                "SigBlk:\t0\nSigIgn:\t0\n",
                "SigBlk:\t0\nSigIgn:\t0\nSigCgt:",
                "xSigBlk:\t0\nSigIgn:\t0\nSigCgt:\t0\n",
                "SigBlk:\tx\nSigIgn:\t0\nSigCgt:\t0\n",
                "SigBlk\t0\nSigIgn:\t0\nSigCgt:\t0\n",
        };
        SignalTaken taken = SIGNAL_BLOCKED;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(proc_status_signal(bad[i], 15, &taken), -EBADMSG, "%s", bad[i]);
        cr_assert_eq(taken, SIGNAL_BLOCKED);
}

Test(proc_status, ourselves)
{
        _cleanup_free_ char *s = NULL;
        SignalTaken taken;

        signal(SIGUSR1, SIG_IGN);
        signal(SIGUSR2, SIG_DFL);
        cr_assert_eq(read_file_at(AT_FDCWD, "/proc/self/status", 65536, &s, NULL), 0);
        cr_assert_eq(proc_status_signal(s, SIGUSR1, &taken), 0);
        cr_assert_eq(taken, SIGNAL_HANDLED);
        cr_assert_eq(proc_status_signal(s, SIGUSR2, &taken), 0);
        cr_assert_eq(taken, SIGNAL_DEFAULT);
}

/* A line of /proc/PID/stat. */
static bool is_ending(const char *name, char state, unsigned flags, unsigned n_threads, unsigned pending)
{
        char line[256];
        bool ending;

        (void) snprintf(
                line, sizeof(line),
                "7 (%s) %c 1 7 7 0 -1 %u 1 2 3 4 5 6 7 8 20 0 %u 0 999 4096 10 18446744073709551615 1 2 "
                "3 4 5 %u 0 0 0 0 0 0 17 0\n",
                name, state, flags, n_threads, pending);
        cr_assert_eq(proc_stat_is_ending(line, &ending), 0, "%s", line);
        return ending;
}

Test(proc_stat, what_lives)
{
        cr_assert(!is_ending("sh", 'S', 0x400100, 1, 0));
        cr_assert(!is_ending("sh", 'R', 0x400100, 1, 0));
        cr_assert(!is_ending("sh", 'T', 0x400100, 1, 0));
        cr_assert(!is_ending("sh", 'D', 0x400100, 30, 0));
        /* SIGTERM, which it can catch, and all other signals of the field except SIGKILL. */
        cr_assert(!is_ending("sh", 'S', 0x400100, 1, 0x7fffffffU & ~0x100U));
        /* Its first thread has ended, but others still run. */
        cr_assert(!is_ending("sh", 'Z', 0x400104, 2, 0));
}

Test(proc_stat, what_ends)
{
        cr_assert(is_ending("sh", 'Z', 0x40010c, 1, 0));
        cr_assert(is_ending("sh", 'X', 0x40010c, 1, 0));
        /* The first process of a pid namespace waits for all others in it. */
        cr_assert(is_ending("sh", 'S', 0x400104, 1, 0));
        /* It has not handled the signal yet. */
        cr_assert(is_ending("sh", 'R', 0x400100, 5, 0x100));
        cr_assert(is_ending("sh", 'Z', 0x400104, 5, 0x100));
}

Test(proc_stat, names_are_anything)
{
        cr_assert(!is_ending("a) Z 1 (b", 'S', 0, 1, 0));
        cr_assert(is_ending("a b c) S (", 'Z', 0, 1, 0));
        cr_assert(is_ending("", 'Z', 0, 1, 0));
}

Test(proc_stat, no_such_text)
{
        static const char *const bad[] = {
                "",
                "\n",
                ")",
                ") ",
                ") S",
                ") S ",
                "1 (sh) S 1 2 3 4 5 6 7",
                "1 (sh) S 1 2 3 4 5 x 7 8 9 0 1 2 3 4 5 6 1 8 9 0 1 2 3 4 5 6 7 8 9",
                "1 (sh) S 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 1 8 9 0 1 2 3 4 5 6 7",
                "1 (sh) S 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 1 8 9 0 1 2 3 4 5 6 7 ",
                "1 sh S 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 1 8 9 0 1 2 3 4 5 6 7 8 9",
        };
        bool b = true;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(proc_stat_is_ending(bad[i], &b), -EBADMSG, "%s", bad[i]);
        cr_assert(b);
}

Test(proc_stat, parent)
{
        static const char *const bad[] = { "", "1 (sh) S ", "1 (sh) S x", "1 sh S 2 3",
                                           "1 (sh) S 99999999999 1" };
        pid_t parent = -1;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(proc_stat_parent(bad[i], &parent), -EBADMSG, "%s", bad[i]);
        cr_assert_eq(parent, -1);
        cr_assert_eq(proc_stat_parent("7 (a) b (c) S 42 3", &parent), 0);
        cr_assert_eq(parent, 42);
}

Test(proc_stat, ourselves)
{
        _cleanup_free_ char *s = NULL;
        bool ending = true;
        pid_t parent;

        cr_assert_eq(read_file_at(AT_FDCWD, "/proc/self/stat", 65536, &s, NULL), 0);
        cr_assert_eq(proc_stat_is_ending(s, &ending), 0);
        cr_assert(!ending);
        cr_assert_eq(proc_stat_parent(s, &parent), 0);
        cr_assert_eq(parent, getppid());
}
