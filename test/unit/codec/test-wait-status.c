/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* How a container ended. */

#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "codec/engine/wait-status.h"
#include "util/cleanup.h"
#include "util/macro.h"

Test(wait_status, signals_by_name_and_number)
{
        static const struct {
                const char *s;
                int signo;
        } cases[] = {
                { "SIGTERM", 15 }, { "TERM", 15 },       { "term", 15 },       { "sigterm", 15 },
                { "15", 15 },      { "KILL", 9 },        { "SIGWINCH", 28 },   { "1", 1 },
                { "64", 64 },      { "RTMIN", 34 },      { "SIGRTMIN+3", 37 }, { "rtmin+0", 34 },
                { "RTMAX", 64 },   { "SIGRTMAX-1", 63 }, { "RTMIN+30", 64 },   { "IOT", 6 },
                { "CLD", 17 },     { "POLL", 29 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                cr_assert_eq(signal_from_string(cases[i].s), cases[i].signo, "%s", cases[i].s);
}

Test(wait_status, no_signals)
{
        static const char *const bad[] = { "",        "0",           "65",     "-1",
                                           "+1",      "99999999999", "SIG",    "SIGSIGTERM",
                                           "TERMX",   " TERM",       "15 ",    "RTMIN-1",
                                           "RTMAX+1", "RTMIN+31",    "RTMIN+", "RTMIN+x",
                                           "EXIT",    "SIG15" };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(signal_from_string(bad[i]), -EINVAL, "%s", bad[i]);
}

Test(wait_status, names_and_back)
{
        for (int i = -1; i <= 70; i++) {
                const char *s = signal_to_string(i);

                cr_assert_eq(s != NULL, (i >= 1 && i <= 31) || (i >= 34 && i <= 64), "%i", i);
                if (s)
                        cr_assert_eq(signal_from_string(s), i);
        }
        cr_assert_str_eq(signal_to_string(SIGTERM), "TERM");
}

Test(wait_status, real_time_signals_are_the_c_librarys)
{
        cr_assert_eq(signal_from_string("RTMIN"), SIGRTMIN);
        cr_assert_eq(signal_from_string("RTMAX"), SIGRTMAX);
        cr_assert_str_eq(signal_to_string(SIGRTMIN), "RTMIN");
        cr_assert_str_eq(signal_to_string(SIGRTMAX), "RTMAX");
}

Test(wait_status, raw)
{
        cr_assert_eq(wait_status_from_raw(W_EXITCODE(0, 0)), 0);
        cr_assert_eq(wait_status_from_raw(W_EXITCODE(7, 0)), 7);
        cr_assert_eq(wait_status_from_raw(W_EXITCODE(255, 0)), 255);
        cr_assert_eq(wait_status_from_raw(W_EXITCODE(0, SIGKILL)), 137);
        cr_assert_eq(wait_status_from_raw(W_EXITCODE(0, SIGSEGV) | WCOREFLAG), 139);
        cr_assert_eq(wait_status_from_raw(W_EXITCODE(0, 64)), 192);
        cr_assert_eq(wait_status_from_raw(W_STOPCODE(SIGSTOP)), -EINVAL);
        cr_assert_eq(wait_status_from_raw(0xffff), -EINVAL);
}

Test(wait_status, raw_of_a_real_child)
{
        int raw;
        pid_t pid = fork();

        if (pid == 0) {
                pause();
                _exit(0);
        }
        cr_assert_gt(pid, 0);
        kill(pid, SIGKILL);
        cr_assert_eq(waitpid(pid, &raw, 0), pid);
        cr_assert_eq(wait_status_from_raw(raw), 137);
}

Test(wait_status, without_a_stop_it_is_the_containers)
{
        for (int i = 0; i <= 255; i++)
                cr_assert_eq(wait_status_to_exit_status(i, false, SIGTERM), i);
}

Test(wait_status, with_a_stop)
{
        cr_assert_eq(wait_status_to_exit_status(0, true, 0), 0);
        cr_assert_eq(wait_status_to_exit_status(143, true, 0), 0);
        cr_assert_eq(wait_status_to_exit_status(130, true, 0), 0);
        cr_assert_eq(wait_status_to_exit_status(143, true, SIGTERM), 0);
        cr_assert_eq(wait_status_to_exit_status(131, true, SIGQUIT), 0);
        cr_assert_eq(wait_status_to_exit_status(131, true, SIGTERM), 131);
        cr_assert_eq(wait_status_to_exit_status(128 + 37, true, 37), 0);
        cr_assert_eq(wait_status_to_exit_status(137, true, SIGTERM), 137);
        cr_assert_eq(wait_status_to_exit_status(137, true, SIGKILL), 0);
        cr_assert_eq(wait_status_to_exit_status(3, true, SIGTERM), 3);
        cr_assert_eq(wait_status_to_exit_status(128, true, 0), 128);
}

Test(wait_status, what_no_process_can_say)
{
        cr_assert_eq(wait_status_to_exit_status(-1, false, 0), 255);
        cr_assert_eq(wait_status_to_exit_status(256, true, 0), 255);
        cr_assert_eq(wait_status_to_exit_status(INT32_MIN, false, 0), 255);
}
