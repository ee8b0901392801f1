/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What several sources and phases may be the first to learn: that the container is dead, how it ended, and
 * what inspect says of it now. Each is recorded, and pushed or passed to the parts, in one place. */

#include "machine.h"
#include "place.h"
#include "reports-condition.h"
#include "reports.h"
#include "util/macro.h"

void supervisor_report_dead(Supervisor *s)
{
        /* The kernel holds news of this kind back for some milliseconds, and it explains the death. */
        if (!s->facts->dead)
                placement_check_oom(s->placement);
        record_dead(s->record);
        supervisor_push(s, LIFE_DIED);
}

void supervisor_report_exit_code(Supervisor *s, int code)
{
        record_exit_code(s->record, code);
        supervisor_wake(s);
}

void supervisor_report_not_running(Supervisor *s, int code)
{
        record_end_confirmed(s->record);
        supervisor_report_exit_code(s, code);
        supervisor_report_dead(s);
}

void supervisor_report_info(Supervisor *s, ContainerInfo *info)
{
        /* Of a dead process the engine may still say that it runs, until it has noticed itself. */
        bool lives_on = info->running && !(s->facts->dead && info->pid == s->facts->container.pid);
        bool goes_on = lives_on && s->facts->container.paused && !info->paused;

        if (!info->running && s->facts->started && info->exit_code >= 0 &&
            !supervisor_in(s, PHASE_LINGERING))
                supervisor_report_not_running(s, info->exit_code);
        record_container(s->record, info);
        if (goes_on)
                supervisor_note_going_on(s);
        if (lives_on && supervisor_in(s, PHASE_OVER) && s->facts->dead)
                supervisor_push(s, LIFE_RESTARTED);
        /* Before its start there is nothing to go on with, and after its end the next life opens it. */
        if (!supervisor_in(s, PHASE_ATTACHING | PHASE_LINGERING))
                output_continue(s->output, lives_on);
        if (lives_on) {
                condition_judge_health(s->condition);
                condition_report(s->condition);
        }
}

void supervisor_send_ready(Supervisor *s)
{
        if (s->facts->ready_sent)
                return;
        record_ready_sent(s->record);
        unit_link_notify(s->unit_link, "READY=1");
}
