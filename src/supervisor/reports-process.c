/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The container's first process: what it reports, and what is asked of it. */

#include "reports-process.h"
#include "machine.h"
#include "reports-placement.h"
#include "reports.h"
#include "settle.h"
#include "util/log.h"
#include "util/macro.h"

static void on_death(void *userdata)
{
        supervisor_report_dead(ASSERT_PTR(userdata));
}

static void on_exit_code(int code, void *userdata)
{
        supervisor_report_exit_code(ASSERT_PTR(userdata), code);
}

static void on_deaf(bool deaf, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_deaf(s->record, deaf);
}

static void on_begun(void *userdata)
{
        supervisor_push(ASSERT_PTR(userdata), LIFE_ALIVE);
}

const ProcessOps supervisor_process_ops = { on_death, on_exit_code, on_deaf, on_begun };

int supervisor_watch_process(Supervisor *s)
{
        int r;

        if (s->facts->adopted && supervisor_process_is_dead(s))
                return -ESRCH;
        r = process_watch(s->process, s->facts->container.pid, s->facts->container.id);

        record_process_seen(s->record, r > 0);
        if (r > 0)
                relay_begin_life(s->relay);
        if (r > 0 && s->first_start && supervisor_check_place(s) < 0)
                return -EXDEV;
        if (r > 0)
                placement_take_over(s->placement);
        s->first_start = false;
        return r < 0 ? r : 0;
}

/* The kernel withholds a signal's default action from the first process of a pid namespace
 * (pid_namespaces(7)): a SIGTERM ends `ping` everywhere else, but in a container `ping` is deaf to it. Then
 * the engine's SIGKILL after the stop timeout is the only way to stop it, and is no failure. A process that
 * catches or ignores the signal has decided for itself. */
void supervisor_note_stop_signal(Supervisor *s)
{
        int r = s->facts->dead ? 0 : process_ask_deaf(s->process, s->facts->container.stop_signal);

        if (r < 0)
                log_debug_errno(r, "Failed to find out what the stop signal does to the container: %m");
}
