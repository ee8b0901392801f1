/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The facts that the writing functions keep consistent. */

#include <criterion/criterion.h>
#include <string.h>

#include "facts/record.h"

static Record *record;
static const Facts *f;

static void begin(void)
{
        cr_assert_eq(record_new(&record), 0);
        f = record_facts(record);
}

static void end(void)
{
        record = record_free(record);
}

TestSuite(record, .init = begin, .fini = end);

Test(record, nothing_is_known_at_first)
{
        cr_assert_eq(f->exit_code, -1);
        cr_assert_eq(f->unit.notify_access, NOTIFY_ACCESS_UNKNOWN);
        cr_assert_eq(f->unit.timeout_start_usec, UINT64_MAX);
        cr_assert_not(f->unit_known);
        cr_assert_not(facts_container_is_alive(f));
        cr_assert_null(record_free(NULL));
}

Test(record, first_exit_code_and_first_failure_count)
{
        record_exit_code(record, 3);
        record_exit_code(record, 137);
        cr_assert_eq(f->exit_code, 3);
        record_failure(record, 125);
        record_failure(record, 127);
        cr_assert_eq(f->failure, 125);
}

Test(record, a_new_life_forgets_the_death_before)
{
        record_started(record);
        record_announced(record);
        record_dead(record);
        record_exit_code(record, 1);
        record_end_confirmed(record);
        record_stopped_by_others(record, true);
        record_killed_by_others(record, true);
        record_deaf(record, true);
        record_events_lost(record);
        record_output_delivered(record, true);
        cr_assert(f->engine_lost_after_death);
        record_new_life(record);
        cr_assert_eq(f->exit_code, -1);
        cr_assert_not(f->dead || f->end_confirmed || f->stopped_by_others || f->killed_by_others ||
                      f->deaf || f->engine_lost_after_death || f->announced || f->output_delivered ||
                      f->adopted);
        cr_assert(f->started && f->container.running && facts_container_is_alive(f));
        record_exit_code(record, 7);
        cr_assert_eq(f->exit_code, 7);
}

Test(record, kept_is_adopted_where_it_runs)
{
        ContainerInfo info = CONTAINER_INFO_NULL;

        info.running = true;
        record_container(record, &info);
        record_found(record);
        record_kept(record);
        cr_assert(f->adopted && f->started && f->has_container);
        record_not_running(record);
        record_kept(record);
        cr_assert_not(f->adopted || f->started);
        record_no_container(record);
        cr_assert_not(f->has_container);
}

Test(record, a_container_is_taken_over)
{
        ContainerInfo info = CONTAINER_INFO_NULL;

        info.name = strdup("web");
        record_container(record, &info);
        cr_assert_null(info.name);
        cr_assert_str_eq(f->container.name, "web");
        record_container_id(record, "0123456789abcdef");
        cr_assert_str_eq(f->container.id, "0123456789abcdef");
        record_paused(record, true);
        record_health(record, CONTAINER_HEALTH_UNHEALTHY);
        cr_assert(f->container.paused);
        cr_assert_eq(f->container.health, CONTAINER_HEALTH_UNHEALTHY);
}

Test(record, the_engine_is_lost_and_back)
{
        record_events_open(record);
        record_events_lost(record);
        cr_assert_not(f->events_open || f->engine_lost_after_death);
        record_engine_lost(record, true);
        cr_assert(f->engine_lost);
        record_dead(record);
        record_events_lost(record);
        cr_assert(f->engine_lost_after_death);
        record_events_open(record);
        cr_assert(f->events_open && !f->engine_lost);
}

Test(record, nobody_stopped_it_where_the_engine_took_it_along)
{
        record_stopped_by_others(record, true);
        record_killed_by_others(record, true);
        record_engine_took_it_along(record);
        cr_assert_not(f->stopped_by_others || f->killed_by_others);
}

Test(record, the_units_properties_are_kept_where_systemd_does_not_tell)
{
        UnitProperties p = UNIT_PROPERTIES_UNKNOWN;

        record_unit(record, NULL);
        cr_assert(f->unit_known);
        cr_assert_eq(f->unit.timeout_stop_usec, UINT64_MAX);
        p.timeout_stop_usec = 5;
        record_unit(record, &p);
        cr_assert_eq(f->unit.timeout_stop_usec, 5);
}

Test(record, giving_up_stays_aborted)
{
        record_giving_up(record, true);
        record_giving_up(record, false);
        cr_assert(f->giving_up && f->aborted);
}

Test(record, wishes_of_the_service)
{
        record_service(record, STANDING_BY_HAND, false, false);
        cr_assert_not(f->in_service || f->is_main || f->remove || f->detach);
        record_service(record, STANDING_BELOW, true, true);
        cr_assert(f->in_service && !f->is_main && f->remove && f->detach);
        record_service(record, STANDING_SERVICE, true, true);
        cr_assert(f->in_service && f->is_main);
        record_beside(record);
        cr_assert(f->in_service && !f->is_main && f->is_beside);
        record_no_detach(record);
        cr_assert_not(f->detach);
}
