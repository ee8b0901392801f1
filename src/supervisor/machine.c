/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What every file of this folder uses of the machine: it learns something and pushes or wakes; it never
 * changes the state. That is dispatch.c's, outside of every source's callback. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop/event-util.h"
#include "machine.h"
#include "reports-unit-link.h"
#include "util/log.h"
#include "util/macro.h"
#include "verdict.h"

/* What comes after the last wait of a stop. */
#define STOP_MARGIN_USEC (5 * USEC_PER_SEC)
/* What progress may leave a deadline short of. */
#define PROGRESS_STEP_USEC USEC_PER_SEC

bool supervisor_in(const Supervisor *s, uint32_t phases)
{
        return state_traits(s->state)->phases & phases;
}

void supervisor_arm_deadline(Supervisor *s)
{
        uint64_t usec = verdict_deadline(s->state, s->facts);
        bool stops;

        s->deadline_usec = usec;
        if (timer_arm(s->deadline, usec) < 0)
                log_warning("Failed to arm the deadline of state %s, ignoring.", state_to_string(s->state));
        /* While something stops, systemd counts too: it has to wait for what we wait for. */
        stops = s->facts->stop_requested || s->facts->giving_up ||
                (supervisor_in(s, PHASE_OLD) && s->facts->container.running);
        if (stops && usec != UINT64_MAX && s->state != STATE_DONE)
                unit_link_extend_timeout(s->unit_link, usec_add(usec, STOP_MARGIN_USEC));
}

/* Where systemd waits for us, each of these is a message to it, which it announces to everybody who listens.
 * A million lines must not be a million messages, so it is one a second. */
void supervisor_note_progress(Supervisor *s)
{
        uint64_t usec = verdict_deadline(s->state, s->facts), now, at;

        if (sd_event_now(s->event, CLOCK_MONOTONIC, &now) >= 0 &&
            sd_event_source_get_time(s->deadline, &at) >= 0 && at > now + usec - PROGRESS_STEP_USEC)
                return;
        supervisor_arm_deadline(s);
}

void supervisor_wake(Supervisor *s)
{
        if (defer_arm(s->dispatch) < 0)
                log_error("Failed to arm the event queue.");
}

void supervisor_push(Supervisor *s, LifeEvent event)
{
        if (life_queue_push(&s->queue, event) < 0)
                log_warning("Bug: event queue is full, dropping %s.", life_event_to_string(event));
        else
                supervisor_wake(s);
}

void supervisor_compare(Supervisor *s)
{
        s->compare_wanted = true;
        supervisor_wake(s);
}

char *supervisor_base_folder(const Supervisor *s)
{
        char *folder;

        return asprintf(&folder, "%s/systemd-docker", s->config.runtime_folder) < 0 ? NULL : folder;
}

void supervisor_say(int level, const char *message_id, const char *message, void *userdata)
{
        if (message_id)
                log_event(level, message_id, "%s", message);
        else
                log_full(level, "%s", message);
}
