/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Life and end of the supervisor of one container: it owns the loop, the facts and every part. */

#include <stdlib.h>

#include "engine/curl-glue.h"
#include "loop/event-util.h"
#include "supervisor-internal.h"
#include "util/log.h"
#include "util/macro.h"

Supervisor *supervisor_free(Supervisor *s)
{
        if (!s)
                return NULL;
        output_free(s->output);
        side_calls_free(s);
        engine_request_free(s->request);
        exit_wait_free(s->exit_wait);
        image_free(s->image);
        engine_events_free(s->events);
        input_stream_free(s->input);
        process_free(s->process);
        placement_free(s->placement);
        watchdog_free(s->watchdog);
        notify_relay_free(s->relay);
        notify_socket_free(s->notify);
        unit_info_free(s->unit);
        signals_free(s->signals);
        engine_free(s->engine);
        sd_event_source_disable_unref(s->dispatch);
        sd_event_source_disable_unref(s->deadline);
        sd_event_source_disable_unref(s->retry);
        sd_event_source_disable_unref(s->health_timer);
        sd_event_unref(s->event);
        record_free(s->record);
        free(s->body);
        free(s->logins);
        free(s->request_hash);
        free(s->notify_folder);
        free(s->container_status);
        free(s->verdict);
        free(s->connect_message);
        free(s);
        return NULL;
}

static int supervisor_add_own_sources(Supervisor *s)
{
        static const EventTraits dispatch = { "dispatch", EVENT_PRIORITY_DISPATCH, EVENT_FAILURE_EXIT };
        static const EventTraits deadline = { "deadline", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        static const EventTraits retry = { "connect-retry", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        static const EventTraits health = { "health-limit", EVENT_PRIORITY_TIMER, EVENT_FAILURE_EXIT };
        int r = event_add_defer(s->event, &s->dispatch, supervisor_on_dispatch, s, &dispatch);

        if (r >= 0)
                r = event_add_timer(s->event, &s->deadline, supervisor_on_deadline, s, &deadline);
        if (r >= 0)
                r = event_add_timer(s->event, &s->retry, supervisor_on_retry, s, &retry);
        if (r >= 0)
                r = event_add_timer(s->event, &s->health_timer, supervisor_on_health_limit, s, &health);
        if (r >= 0)
                r = signals_new(&s->signals, s->event, &supervisor_signals_ops, s);
        return r;
}

/* Without an answer from systemd (by hand, in a scope, no bus) the cautious defaults stand. */
static void supervisor_ask_unit(Supervisor *s)
{
        int r;

        if (!s->facts->in_service) {
                record_unit(s->record, NULL);
                return;
        }
        r = unit_info_new(&s->unit, s->event, &supervisor_unit_info_ops, s);
        if (r < 0) {
                log_debug_errno(r, "Failed to ask systemd for the unit's properties, ignoring: %m");
                record_unit(s->record, NULL);
        }
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
        record_service(s->record, s->config.under_systemd, remove, detach);
}

int supervisor_new(Supervisor **ret, const SupervisorConfig *config, EngineHost *host)
{
        _cleanup_(supervisor_freep) Supervisor *s = NULL;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->config = *config;
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
                r = exit_wait_new(&s->exit_wait, s->engine, &supervisor_exit_wait_ops, s);
        if (r >= 0)
                r = supervisor_open_output(s);
        if (r >= 0)
                r = supervisor_open_notify(s);
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
        if (supervisor_decide_placement(s, NULL) < 0)
                return s->facts->failure;
        supervisor_push(s, LIFE_BEGIN);
        r = sd_event_loop(s->event);
        if (r < 0) {
                log_error_errno(r, "The event loop failed: %m");
                return CLI_EXIT_REFUSED;
        }
        return r;
}
