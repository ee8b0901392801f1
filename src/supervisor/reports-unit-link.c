/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What comes of the unit's side: systemd has told the unit's properties, or has room for messages again. */

#include <errno.h>
#include <unistd.h>

#include "announce.h"
#include "last-end.h"
#include "machine.h"
#include "reports-unit-link.h"
#include "util/log.h"
#include "util/macro.h"
#include "verdict.h"

/* Of a service that Restart= has started again. */
static void take_last_end(Supervisor *s)
{
        _cleanup_free_ char *base = s->config.runtime_folder ? supervisor_base_folder(s) : NULL;
        int status = base && s->facts->is_main && *s->config.owner.unit
                             ? last_end_take(base, s->config.owner.unit)
                             : -ENOENT;

        if (status >= 0 && s->facts->unit.restarts > 0)
                condition_set_last_end(s->condition, status);
}

/* In a pid namespace of our own (PrivatePIDs=) we do not know our pid as systemd has it. */
static bool is_other_pid(uint32_t pid)
{
        return pid != (uint32_t) getpid() && getpid() != 1;
}

/* Units with which a start cannot end as their author expects. */
static void warn_of_start(const Supervisor *s, const UnitProperties *p)
{
        bool below = s->facts->in_service && !s->facts->is_main;
        bool is_main = s->facts->is_main && !is_other_pid(p->main_pid);

        if (service_type_notifies(p->type) && !s->config.notify_socket && (below || is_main))
                log_warning(
                        "systemd waits for READY=1, and $NOTIFY_SOCKET is not set: a wrapper (env -i, sudo) "
                        "removes it. Let it pass, or use Type=exec.");
        if (p->type == SERVICE_TYPE_FORKING)
                log_warning("The unit has Type=forking, and its start would end with this process only: use "
                            "Type=notify.");
        if (p->type == SERVICE_TYPE_ONESHOT && s->config.run->detach && !s->facts->detach)
                log_warning("--detach has no effect, and the unit has Type=oneshot: its start lasts until "
                            "the container has ended. Use Type=notify.");
        if (service_type_notifies(p->type) && below && p->notify_access != NOTIFY_ACCESS_ALL)
                log_warning("systemd ignores that the container is ready, because systemd-docker is not the "
                            "main process: set NotifyAccess=all in the unit.");
}

/* The unit was edited, and systemd has read it again. With KillMode=mixed it kills a main process that is
 * not its child at once: then the supervisor has to be the main process. */
static void on_unit_changed(Supervisor *s, const UnitProperties *properties)
{
        log_debug("systemd has read the units again.");
        record_unit(s->record, properties);
        if (s->facts->announced && unit_link_has_given_main_pid(s->unit_link) &&
            verdict_why_main_process(s->facts, s->config.options, s->config.notify_socket,
                                     s->facts->process_seen && placement_has_container(s->placement)))
                unit_link_hand_back(s->unit_link);
        supervisor_wake(s);
}

static void on_unit_known(const UnitProperties *properties, int r, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (r < 0)
                log_debug_errno(r, "systemd did not tell the unit's properties, ignoring: %m");
        if (s->facts->unit.known) {
                if (r >= 0)
                        on_unit_changed(s, properties);
                return;
        }
        record_unit(s->record, properties);
        take_last_end(s);
        warn_of_start(s, properties);
        /* As in ExecStartPre= and ExecStartPost=. */
        if (r >= 0 && s->facts->is_main && is_other_pid(properties->main_pid))
                record_beside(s->record);
        if (supervisor_in(s, PHASE_RUNNING) && !s->facts->announced)
                supervisor_announce(s);
        supervisor_wake(s); /* TimeoutStartSec= is known now */
}

static void on_job_known(bool stops, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_job(s->record, stops);
        supervisor_wake(s);
}

static void on_room(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        relay_resume(s->relay);
}

const UnitLinkOps supervisor_unit_link_ops = { on_unit_known, on_job_known, on_room, supervisor_say };

/* Without an answer from systemd (by hand, in a scope, no bus) the cautious defaults stand. */
void supervisor_ask_unit(Supervisor *s)
{
        int r;

        if (!s->facts->in_service) {
                record_unit(s->record, NULL);
                return;
        }
        r = unit_link_ask(s->unit_link);
        if (r < 0) {
                log_debug_errno(r, "Failed to ask systemd for the unit's properties, ignoring: %m");
                record_unit(s->record, NULL);
        }
}
