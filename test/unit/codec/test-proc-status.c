/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Signal masks of a process. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

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
                bool is_default;

                cr_assert_eq(proc_status_signal_is_default(text, i, &is_default), 0);
                cr_assert_eq(is_default, i != 1 && i != 2 && i != 15 && i != 64, "%i", i);
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
        bool b = true;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(proc_status_signal_is_default(bad[i], 15, &b), -EBADMSG, "%s", bad[i]);
        cr_assert(b);
}

Test(proc_status, ourselves)
{
        _cleanup_free_ char *s = NULL;
        bool is_default;

        signal(SIGUSR1, SIG_IGN);
        signal(SIGUSR2, SIG_DFL);
        cr_assert_eq(read_file_at(AT_FDCWD, "/proc/self/status", 65536, &s, NULL), 0);
        cr_assert_eq(proc_status_signal_is_default(s, SIGUSR1, &is_default), 0);
        cr_assert(!is_default);
        cr_assert_eq(proc_status_signal_is_default(s, SIGUSR2, &is_default), 0);
        cr_assert(is_default);
}
