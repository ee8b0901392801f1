/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Life and end of the supervisor of one container: it owns the loop, the facts and every part. */

#include <stdlib.h>

#include "actions.h"
#include "announce.h"
#include "engine/curl-glue.h"
#include "give-back.h"
#include "loop/event-util.h"
#include "machine.h"
#include "refusal.h"
#include "reports-condition.h"
#include "reports-creation.h"
#include "reports-engine-guard.h"
#include "reports-output.h"
#include "reports-placement.h"
#include "reports-process.h"
#include "reports-relay.h"
#include "reports-unit-link.h"
#include "reports.h"
#include "step.h"
#include "util/log.h"
#include "util/macro.h"

#define HEALTH_MARGIN_USEC (5 * USEC_PER_SEC)

Supervisor *supervisor_free(Supervisor *s)
{
        if (!s)
                return NULL;
        output_free(s->output);
        side_calls_free(s);
        engine_request_free(s->request);
        exit_wait_free(s->exit_wait);
        image_free(s->image);
        creation_free(s->creation);
        claim_free(s->claim);
        engine_events_free(s->events);
        engine_guard_free(s->engine_guard);
        input_stream_free(s->input);
        process_free(s->process);
        placement_free(s->placement);
        condition_free(s->condition);
        relay_free(s->relay);
        unit_link_free(s->unit_link);
        signals_free(s->signals);
        engine_free(s->engine);
        sd_event_source_disable_unref(s->dispatch);
        sd_event_source_disable_unref(s->deadline);
        sd_event_source_disable_unref(s->retry);
        sd_event_source_disable_unref(s->give_back);
        sd_event_unref(s->event);
        record_free(s->record);
        supervisor_drop_pending_failure(s);
        free(s->failure_status);
        free(s->connect_message);
        free(s);
        return NULL;
}

static int supervisor_add_own_sources(Supervisor *s)
{
        static const EventTraits dispatch = { "dispatch", EVENT_PRIORITY_DISPATCH, EVENT_FAILURE_EXIT };
        static const EventTraits deadline = { "deadline", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        static const EventTraits retry = { "connect-retry", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        static const EventTraits give_back = { "give-back", EVENT_PRIORITY_CALM, EVENT_FAILURE_DISABLE };
        int r = event_add_defer(s->event, &s->dispatch, supervisor_on_dispatch, s, &dispatch);

        if (r >= 0)
                r = event_add_timer(s->event, &s->deadline, supervisor_on_deadline, s, &deadline);
        if (r >= 0)
                r = event_add_timer(s->event, &s->retry, supervisor_on_retry, s, &retry);
        if (r >= 0)
                r = event_add_timer(s->event, &s->give_back, supervisor_on_give_back, s, &give_back);
        if (r >= 0)
                r = signals_new(&s->signals, s->event, &supervisor_signals_ops, s);
        return r;
}

/* The parts that speak to systemd, or hear what the container says to it. */
static int supervisor_add_systemd_parts(Supervisor *s)
{
        const Options *o = s->config.options;
        _cleanup_free_ char *base = s->config.runtime_folder ? supervisor_base_folder(s) : NULL;
        const UnitLinkConfig link = { .notify_socket = s->config.notify_socket, .pid_file = o->pid_file };
        const ConditionConfig condition = {
                .notify = o->notify,
                .watchdog = o->watchdog,
                .watchdog_usec = s->config.watchdog_usec,
                .health_margin_usec = HEALTH_MARGIN_USEC,
        };
        const RelayConfig relay = {
                .notify = o->notify,
                .watchdog = o->watchdog,
                .watchdog_usec = s->config.watchdog_usec,
                .base_folder = base,
                .name = s->config.run->name,
                .engine_is_local = engine_is_local(s->engine),
                .is_of_container = process_is_of_container,
                .member_cgroup = process_member_cgroup,
                .cgroup_is_of_container = process_cgroup_is_of_container,
        };
        int r;

        if (s->config.runtime_folder && !base)
                return -ENOMEM;
        r = unit_link_new(&s->unit_link, s->event, &link, s->facts, &supervisor_unit_link_ops, s);
        if (r >= 0)
                r = condition_new(&s->condition, s->event, &condition, s->facts, &supervisor_condition_ops,
                                  s);
        if (r >= 0)
                r = relay_new(&s->relay, s->event, &relay, s->facts, &supervisor_relay_ops, s);
        return r;
}

static int supervisor_make_claim(Supervisor *s)
{
        _cleanup_free_ char *base = s->config.runtime_folder ? supervisor_base_folder(s) : NULL;

        if (s->config.runtime_folder && !base)
                return -ENOMEM;
        return claim_new(&s->claim, &(ClaimConfig){ .base_folder = base,
                                                    .engine = s->config.host_name,
                                                    .name = s->config.run->name,
                                                    .unit = s->config.owner.unit,
                                                    .user = s->config.owner.user });
}

static void supervisor_apply_options(Supervisor *s)
{
        const Options *o = s->config.options;
        bool remove = o->rm >= 0 ? o->rm : s->config.run->remove, detach = !o->logs && !remove;

        if (detach && s->config.watchdog_usec > 0) {
                log_notice("Not detaching: the unit has WatchdogSec=, and somebody has to answer it.");
                detach = false;
        }
        if (o->watchdog != WATCHDOG_ENGINE && s->config.watchdog_usec == 0)
                log_notice("--watchdog=%s has no effect: the unit has no WatchdogSec=.",
                           watchdog_mode_to_string(o->watchdog));
        record_service(s->record, s->config.standing, remove, detach);
}

int supervisor_new(Supervisor **ret, const SupervisorConfig *config, EngineHost *host)
{
        _cleanup_(supervisor_freep) Supervisor *s = NULL;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->config = *config;
        s->events_ops = &supervisor_engine_events_ops;
        r = record_new(&s->record);
        if (r < 0)
                return r;
        s->facts = record_facts(s->record);
        supervisor_apply_options(s);
        r = curl_glue_global_init(config->tls.enabled);
        if (r >= 0)
                r = sd_event_new(&s->event);
        if (r >= 0)
                r = supervisor_add_own_sources(s);
        if (r >= 0)
                r = engine_new(&s->engine, s->event, host, &config->tls);
        if (r >= 0)
                r = engine_guard_new(&s->engine_guard, s->event, engine_socket_path(s->engine),
                                     &supervisor_engine_guard_ops, s);
        if (r >= 0)
                r = supervisor_make_claim(s);
        if (r >= 0)
                r = supervisor_make_creation(s);
        if (r >= 0)
                r = exit_wait_new(&s->exit_wait, s->engine, &supervisor_exit_wait_ops, s);
        if (r >= 0)
                r = supervisor_open_output(s);
        if (r >= 0)
                r = supervisor_add_systemd_parts(s);
        if (r >= 0)
                r = supervisor_make_placement(s);
        if (r >= 0)
                r = process_new(&s->process, s->event, engine_is_local(s->engine), &supervisor_process_ops,
                                s);
        if (r < 0)
                return r;
        supervisor_ask_unit(s);
        *ret = TAKE_PTR(s);
        return 0;
}

int supervisor_run(Supervisor *s)
{
        int r;

        /* What is wrong whatever the engine says, is said before it is asked. */
        if (supervisor_decide_placement(s, NULL) < 0) {
                supervisor_goodbye(s);
                return s->facts->failure;
        }
        supervisor_push(s, LIFE_BEGIN);
        r = sd_event_loop(s->event);
        if (r < 0) {
                log_error_errno(r, "The event loop failed: %m");
                return CLI_EXIT_REFUSED;
        }
        return r;
}
