/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The one place that writes facts. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "facts/record.h"
#include "util/macro.h"

struct Record {
        Facts f;
};

int record_new(Record **ret)
{
        Record *r = calloc(1, sizeof(*r));

        if (!r)
                return -ENOMEM;
        r->f.container = CONTAINER_INFO_NULL;
        r->f.unit = UNIT_PROPERTIES_UNKNOWN;
        r->f.exit_code = -1;
        *ret = r;
        return 0;
}

Record *record_free(Record *r)
{
        if (!r)
                return NULL;
        container_info_done(&r->f.container);
        free(r);
        return NULL;
}

const Facts *record_facts(const Record *r)
{
        return &r->f;
}

void record_service(Record *r, Standing standing, bool remove, bool detach)
{
        r->f.in_service = standing != STANDING_BY_HAND;
        r->f.is_main = standing == STANDING_SERVICE;
        r->f.remove = remove;
        r->f.detach = detach;
}

void record_beside(Record *r)
{
        r->f.is_main = false;
        r->f.is_beside = true;
}

void record_no_detach(Record *r)
{
        r->f.detach = false;
}

void record_unit(Record *r, const UnitProperties *properties)
{
        if (properties)
                r->f.unit = *properties;
        r->f.unit_known = true;
}

void record_image_pulled(Record *r)
{
        r->f.image_pulled = true;
}

void record_container(Record *r, ContainerInfo *info)
{
        container_info_done(&r->f.container);
        r->f.container = *info;
        *info = CONTAINER_INFO_NULL;
}

void record_container_id(Record *r, const char *id)
{
        assert(strlen(id) < sizeof(r->f.container.id));
        container_info_done(&r->f.container);
        strcpy(r->f.container.id, id);
        r->f.has_container = true;
}

void record_no_container(Record *r)
{
        r->f.has_container = false;
}

void record_found(Record *r)
{
        r->f.has_container = true;
}

void record_kept(Record *r)
{
        r->f.adopted = r->f.started = r->f.container.running;
}

void record_dead_found(Record *r)
{
        r->f.dead_found++;
}

void record_start_again(Record *r)
{
        r->f.engine_gone++;
}

void record_foreign(Record *r)
{
        free(r->f.container.request_label);
        r->f.container.request_label = NULL;
}

void record_no_engine_restarts(Record *r)
{
        r->f.container.engine_restarts = false;
}

void record_not_running(Record *r)
{
        r->f.container.running = false;
}

void record_process_seen(Record *r, bool seen)
{
        r->f.process_seen = seen;
}

void record_paused(Record *r, bool paused)
{
        r->f.container.paused = paused;
}

void record_health(Record *r, ContainerHealth health)
{
        r->f.container.health = health;
}

void record_started(Record *r)
{
        r->f.started = true;
}

void record_new_life(Record *r)
{
        r->f.dead = r->f.end_confirmed = false;
        r->f.exit_code = -1;
        r->f.killed_by_others = r->f.stopped_by_others = r->f.adopted = r->f.deaf = false;
        r->f.engine_lost_after_death = r->f.stop_signalled = r->f.unit_stops = r->f.job_asked = false;
        r->f.announced = r->f.output_delivered = false;
        r->f.container.running = true;
}

void record_forgotten(Record *r)
{
        r->f.started = r->f.adopted = r->f.announced = false;
        r->f.dead = r->f.die_seen = r->f.end_confirmed = r->f.destroyed = r->f.deaf = false;
        r->f.exit_code = -1;
        r->f.died_nsec = r->f.started_nsec = 0;
        r->f.killed_by_others = r->f.stopped_by_others = false;
        r->f.stop_signalled = r->f.unit_stops = r->f.job_asked = false;
        r->f.events_open = r->f.engine_lost = r->f.engine_lost_after_death = r->f.probed = false;
        r->f.log = r->f.wait = r->f.input = ATTACHMENT_NONE;
        r->f.output_delivered = false;
}

void record_start_seen(Record *r, uint64_t time_nsec)
{
        r->f.started_nsec = time_nsec;
        r->f.die_seen = false;
}

void record_dead(Record *r)
{
        r->f.dead = true;
}

void record_exit_code(Record *r, int code)
{
        if (r->f.exit_code < 0)
                r->f.exit_code = code;
}

void record_die_seen(Record *r, uint64_t time_nsec)
{
        r->f.died_nsec = time_nsec;
        r->f.die_seen = true;
}

void record_end_confirmed(Record *r)
{
        r->f.end_confirmed = true;
}

void record_destroyed(Record *r)
{
        r->f.destroyed = true;
}

void record_stop_requested(Record *r, bool signalled)
{
        r->f.stop_requested = true;
        r->f.stop_signalled = r->f.stop_signalled || signalled;
}

void record_stop_signalled(Record *r)
{
        r->f.stop_signalled = true;
}

void record_job_asked(Record *r)
{
        r->f.job_asked = true;
}

void record_job(Record *r, bool stops)
{
        r->f.job_asked = false;
        r->f.unit_stops = stops;
}

void record_stopped_by_others(Record *r, bool value)
{
        r->f.stopped_by_others = value;
}

void record_killed_by_others(Record *r, bool value)
{
        r->f.killed_by_others = value;
}

void record_engine_took_it_along(Record *r)
{
        r->f.stopped_by_others = r->f.killed_by_others = false;
}

void record_killed_by_us(Record *r)
{
        r->f.killed_by_us = true;
}

void record_giving_up(Record *r, bool aborted)
{
        r->f.giving_up = true;
        r->f.aborted |= aborted;
}

void record_deaf(Record *r, bool deaf)
{
        r->f.deaf = deaf;
}

void record_events_open(Record *r)
{
        r->f.events_open = true;
        r->f.engine_lost = false;
}

void record_events_lost(Record *r)
{
        r->f.events_open = false;
        r->f.engine_lost_after_death |= r->f.dead;
}

void record_engine_lost(Record *r, bool lost)
{
        r->f.engine_lost = lost;
}

void record_probed(Record *r, bool probed)
{
        r->f.probed = probed;
}

void record_look(Record *r, Look look)
{
        r->f.look = look;
}

void record_log(Record *r, Attachment a)
{
        r->f.log = a;
}

void record_wait(Record *r, Attachment a)
{
        r->f.wait = a;
}

void record_input(Record *r, Attachment a)
{
        r->f.input = a;
}

void record_output_damaged(Record *r, bool unread)
{
        r->f.output_damaged = true;
        r->f.output_unread |= unread;
}

void record_output_delivered(Record *r, bool delivered)
{
        r->f.output_delivered = delivered;
}

void record_announced(Record *r)
{
        r->f.announced = true;
}

void record_ready_sent(Record *r)
{
        r->f.ready_sent = true;
}

void record_failure(Record *r, int exit_status)
{
        if (r->f.failure == 0)
                r->f.failure = exit_status;
}
