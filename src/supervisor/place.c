/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What depends on where the container is: the unit's main process, a detachment, and what is said of both.
 * That is decided when the container is announced. For one that was found paused outside of the unit, it is
 * decided when it goes on. */

#include "place.h"
#include "machine.h"
#include "util/log.h"
#include "verdict.h"

/* A paused container can't be moved into the unit: the processes would thaw. */
static bool is_decided_later(const Supervisor *s, bool in_unit)
{
        return s->facts->container.paused && !in_unit;
}

static void decide_detach(Supervisor *s, bool in_unit)
{
        bool known = s->facts->unit.known;

        switch (verdict_detach(s->facts, s->config.notify_socket, unit_link_has_given_main_pid(s->unit_link),
                               in_unit)) {
        case DETACH_IMPOSSIBLE:
                log_notice("Not detaching: the unit %s end, because the container is not its main process.",
                           known ? "would" : "might");
                record_no_detach(s->record);
                break;
        case DETACH_BLIND:
                if (known)
                        log_notice("Detaching: systemd may miss the container's end. To prevent that, set "
                                   "ExitType=cgroup in the unit, and use --main-pid=supervisor.");
                else
                        log_notice("Detaching: systemd may miss the container's end, unless the unit has "
                                   "ExitType=cgroup, for which systemd can't be asked.");
                break;
        default:
                break;
        }
}

void supervisor_explain_place(Supervisor *s, bool in_unit)
{
        unit_link_explain_kill_mode(s->unit_link, in_unit);
        placement_explain(s->placement);
}

void supervisor_decide_main_process(Supervisor *s, bool in_unit)
{
        bool later = is_decided_later(s, in_unit);
        const char *why = "";

        /* One that is over already is in no cgroup, which explains nothing. */
        if (!later && (in_unit || !process_is_ending(s->process)))
                why = verdict_why_main_process(s->facts, s->config.options, s->config.notify_socket,
                                               in_unit);
        unit_link_offer_main_pid(s->unit_link, why);
        if (!later)
                decide_detach(s, in_unit);
}

bool supervisor_is_in_unit(const Supervisor *s)
{
        return s->facts->process_seen && placement_has_container(s->placement);
}

void supervisor_note_going_on(Supervisor *s)
{
        bool in_unit;

        placement_expect_joiner(s->placement);
        in_unit = supervisor_is_in_unit(s);
        if (!s->facts->announced || !supervisor_in(s, PHASE_RUNNING) ||
            unit_link_has_given_main_pid(s->unit_link))
                return;
        supervisor_explain_place(s, in_unit);
        supervisor_decide_main_process(s, in_unit);
        supervisor_wake(s);
}
