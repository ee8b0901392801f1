/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Life and end of the supervisor, and the one place where its state changes.
 *
 * Sources report from inside their callbacks, some of them deep in libcurl. They only push a LifeEvent; a
 * defer source takes the queue apart afterwards. So a transition may free any source, and nothing is
 * re-entered.
 *
 * The loop ends in one place: on entering STATE_DONE. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/curl-glue.h"
#include "loop/event-util.h"
#include "supervisor-internal.h"
#include "util/log.h"
#include "util/macro.h"

#define CONNECT_TIMEOUT_USEC (90 * USEC_PER_SEC)
#define BY_HAND_TIMEOUT_USEC (10 * USEC_PER_SEC)
/* systemd's verdict must not come before ours, which has a message. */
#define START_TIMEOUT_MARGIN_USEC (5 * USEC_PER_SEC)
/* What comes behind the last wait of a stop. */
#define STOP_MARGIN_USEC (5 * USEC_PER_SEC)
/* What the engine itself waits for a container without a stop timeout. */
#define STOP_TIMEOUT_DEFAULT_SEC 10
/* Between the two halves of `docker restart`; and from a death to the engine's word that it was a stop. */
#define RESTART_GRACE_USEC (3 * USEC_PER_SEC)
#define REMOVAL_GRACE_USEC (20 * USEC_PER_SEC)
#define STOP_EVENT_GRACE_USEC (500 * USEC_PER_MSEC)

uint64_t state_mask_of(const State *states)
{
        uint64_t mask = 0;

        for (; *states != _STATE_MAX; states++)
                mask |= UINT64_C(1) << *states;
        return mask;
}

bool supervisor_in(const Supervisor *s, uint64_t state_mask)
{
        return state_mask & (UINT64_C(1) << s->state);
}

void supervisor_fail(Supervisor *s, int exit_status, const char *format, ...)
{
        va_list ap;

        record_failure(s->record, exit_status);
        va_start(ap, format);
        (void) log_internalv(LOG_ERR, 0, NULL, format, ap);
        va_end(ap);
}

static uint64_t connect_timeout(const Supervisor *s)
{
        uint64_t limit = s->facts->unit.timeout_start_usec;

        if (!s->facts->in_service)
                return BY_HAND_TIMEOUT_USEC;
        if (limit == UINT64_MAX || limit == 0)
                return CONNECT_TIMEOUT_USEC;
        return limit > 2 * START_TIMEOUT_MARGIN_USEC ? limit - START_TIMEOUT_MARGIN_USEC : limit / 2;
}

uint64_t supervisor_stop_timeout_usec(const Supervisor *s)
{
        int seconds = s->facts->container.stop_timeout >= 0 ? s->facts->container.stop_timeout
                                                            : STOP_TIMEOUT_DEFAULT_SEC;

        return (uint64_t) seconds * USEC_PER_SEC;
}

uint64_t supervisor_stop_request_usec(const Supervisor *s)
{
        return supervisor_stop_timeout_usec(s) + STOP_GRACE_USEC;
}

/* How long others' stop may be half of a restart. With --rm the engine removes the container after a stop,
 * and says so, which ends the wait; so there a busy machine gets the time that a start takes. */
static uint64_t restart_grace(const Supervisor *s)
{
        bool engine_leaves =
                !s->facts->events_open || (!s->facts->stopped_by_others && !s->facts->killed_by_others);

        if (engine_leaves)
                return RESTART_GRACE_USEC;
        if (!s->facts->stopped_by_others)
                return STOP_EVENT_GRACE_USEC;
        return s->facts->remove && !s->facts->adopted ? REMOVAL_GRACE_USEC : RESTART_GRACE_USEC;
}

static uint64_t supervisor_deadline(const Supervisor *s)
{
        uint64_t usec = state_traits(s->state)->deadline_usec;

        if (usec > 0)
                return usec;
        switch (s->state) {
        case STATE_CONNECTING:
                return connect_timeout(s);
        case STATE_LINGERING:
                return restart_grace(s);
        case STATE_REMOVING_OLD: /* of the request that is under way: see create.c */
                return DEADLINE_OF(s->facts->container.running ? supervisor_stop_request_usec(s)
                                                               : WORK_TIMEOUT_USEC);
        default:
                return supervisor_stop_request_usec(s) + STOP_DEADLINE_MARGIN_USEC;
        }
}

void supervisor_arm_deadline(Supervisor *s)
{
        uint64_t usec = supervisor_deadline(s);

        if (timer_arm(s->deadline, usec) < 0)
                log_warning("Failed to arm the deadline of state %s, ignoring.", state_to_string(s->state));
        /* While it stops, systemd counts too: it has to wait for what we wait for. */
        if ((s->facts->stop_requested || s->facts->giving_up) && usec != UINT64_MAX &&
            s->state != STATE_DONE)
                supervisor_notify(s, "EXTEND_TIMEOUT_USEC=%" PRIu64, usec + STOP_MARGIN_USEC);
}

/* Frees what the new state must not have. */
static void prune_sources(Supervisor *s)
{
        uint32_t keep = state_traits(s->state)->sources;

        s->request = engine_request_free(s->request);
        if (!(keep & SOURCE_PULL))
                pull_stop(&s->pull);
        if (!(keep & SOURCE_STREAMS)) {
                s->wait = engine_request_free(s->wait);
                record_wait(s->record, ATTACHMENT_NONE);
                s->events = engine_events_free(s->events);
        }
        if (!(keep & SOURCE_LOG)) {
                s->log = log_stream_free(s->log);
                record_log(s->record, ATTACHMENT_NONE);
        }
        if (!(keep & SOURCE_PROCESS)) {
                s->process = pid_watch_free(s->process);
                s->cgroup_watch = cgroup_watch_free(s->cgroup_watch);
                s->memory_watch = cgroup_watch_free(s->memory_watch);
                s->sweep_again = sd_event_source_disable_unref(s->sweep_again);
                s->cgroup = cgroup_move_free(s->cgroup);
        }
        if (!(keep & SOURCE_INPUT)) {
                s->input = input_stream_free(s->input);
                record_input(s->record, ATTACHMENT_NONE);
        }
        if (!(keep & SOURCE_RELAY))
                s->relay = notify_relay_free(s->relay);
        if (!(keep & SOURCE_WATCHDOG))
                s->watchdog = watchdog_free(s->watchdog);
}

static void supervisor_set_state(Supervisor *s, const Transition *t)
{
        log_debug("State: %s -> %s", state_to_string(s->state), state_to_string(t->next));
        s->state = t->next;
        prune_sources(s);
        supervisor_arm_deadline(s);
        if (state_traits(s->state)->status)
                supervisor_status(s, "%s", state_traits(s->state)->status);
        if (t->actions & ACTION_FAIL_TIMEOUT && s->state != STATE_DONE)
                record_failure(s->record, CLI_EXIT_REFUSED);
        supervisor_act(s, t->actions);
        if (s->state == STATE_DONE) {
                supervisor_goodbye(s);
                (void) sd_event_exit(s->event, supervisor_exit_status(s));
                return;
        }
        /* A stop that came where it could not be followed is offered again. */
        if (s->facts->stop_requested && !state_transition(s->state, LIFE_STOP)->ignore)
                supervisor_push(s, LIFE_STOP);
}

static void supervisor_handle(Supervisor *s, LifeEvent event)
{
        const Transition *t = state_transition(s->state, event);

        if (t->ignore || s->state == STATE_DONE)
                return;
        if (!t->known) {
                log_warning("Bug: event %s in state %s, ignoring.", life_event_to_string(event),
                            state_to_string(s->state));
                return;
        }
        log_debug("Event: %s", life_event_to_string(event));
        supervisor_set_state(s, t);
}

static int supervisor_on_dispatch(sd_event_source *source, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        LifeEvent event;

        if (s->compare_wanted) {
                s->compare_wanted = false;
                supervisor_act_compare(s);
        }
        if (s->n_queue == 0)
                return 0;
        event = s->queue[0];
        s->n_queue--;
        memmove(s->queue, s->queue + 1, s->n_queue * sizeof(LifeEvent));
        supervisor_handle(s, event);
        return s->n_queue > 0 ? defer_arm(s->dispatch) : 0;
}

char *supervisor_base_folder(const Supervisor *s)
{
        char *folder;

        return asprintf(&folder, "%s/systemd-docker", s->config.runtime_folder) < 0 ? NULL : folder;
}

void supervisor_push(Supervisor *s, LifeEvent event)
{
        /* Level, not edge: the same event twice in a row says nothing new. */
        if (s->n_queue > 0 && s->queue[s->n_queue - 1] == event)
                return;
        if (s->n_queue == ELEMENTSOF(s->queue)) {
                log_warning("Bug: event queue is full, dropping %s.", life_event_to_string(event));
                return;
        }
        s->queue[s->n_queue++] = event;
        if (defer_arm(s->dispatch) < 0)
                log_error("Failed to arm the event queue.");
}

void supervisor_compare(Supervisor *s)
{
        s->compare_wanted = true;
        if (defer_arm(s->dispatch) < 0)
                log_error("Failed to arm the event queue.");
}

static int supervisor_on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        /* The journal's slowness is not the container's: what is held back is still to be written. systemd
         * has its own limit. */
        if (s->state == STATE_DRAINING &&
            (!supervisor_flush_output(s) || (s->log && log_stream_is_held(s->log)) ||
             supervisor_log_waits_for_engine(s))) {
                supervisor_arm_deadline(s);
                return 0;
        }
        if (state_transition(s->state, LIFE_DEADLINE)->actions & ACTION_FAIL_TIMEOUT)
                supervisor_fail(s, CLI_EXIT_REFUSED, "%s: no result in time%s%s",
                                state_traits(s->state)->status ?: state_to_string(s->state),
                                s->connect_message ? ": " : "", s->connect_message ?: "");
        if (s->state == STATE_DRAINING && !supervisor_log_is_drained(s))
                log_warning("The container's output has not come to its end in time, lines may be missing.");
        else if (s->state == STATE_DRAINING && !supervisor_engine_knows_the_end(s))
                log_warning("The engine has not noticed that container %s has ended, not waiting for it any "
                            "longer.",
                            s->facts->container.name);
        if (s->state == STATE_REMOVING)
                log_warning("Failed to remove container %s, the next start will: no answer in time.",
                            s->facts->container.name ?: s->facts->container.id);
        supervisor_push(s, LIFE_DEADLINE);
        return 0;
}

Supervisor *supervisor_free(Supervisor *s)
{
        if (!s)
                return NULL;
        supervisor_done_output(s);
        side_calls_free(s);
        engine_request_free(s->request);
        engine_request_free(s->wait);
        engine_events_free(s->events);
        log_stream_free(s->log);
        supervisor_done_continuity(s);
        input_stream_free(s->input);
        pid_watch_free(s->process);
        cgroup_watch_free(s->cgroup_watch);
        cgroup_watch_free(s->memory_watch);
        sd_event_source_disable_unref(s->sweep_again);
        cgroup_move_free(s->cgroup);
        watchdog_free(s->watchdog);
        notify_relay_free(s->relay);
        notify_socket_free(s->notify);
        unit_info_free(s->unit);
        unit_cgroup_free(s->unit_cgroup);
        signals_free(s->signals);
        engine_free(s->engine);
        sd_event_source_disable_unref(s->dispatch);
        sd_event_source_disable_unref(s->deadline);
        sd_event_source_disable_unref(s->retry);
        sd_event_source_disable_unref(s->health_timer);
        sd_event_unref(s->event);
        record_free(s->record);
        pull_stop(&s->pull);
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
        s->forward_log = o->logs && (s->config.run->attach_stdout || s->config.run->attach_stderr);
}

int supervisor_new(Supervisor **ret, const SupervisorConfig *config, EngineHost *host)
{
        _cleanup_(supervisor_freep) Supervisor *s = NULL;
        int r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->config = *config;
        s->line_fields = JOURNAL_FIELDS_NULL;
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
                r = supervisor_open_journal(s);
        if (r >= 0)
                r = supervisor_open_notify(s);
        if (r < 0)
                return r;
        supervisor_ask_unit(s);
        supervisor_find_unit_cgroup(s);
        *ret = TAKE_PTR(s);
        return 0;
}

int supervisor_run(Supervisor *s)
{
        int r;

        /* What is wrong whatever the engine says, is said before it is asked. */
        if (supervisor_decide_cgroup_mode(s, NULL) < 0)
                return s->facts->failure;
        supervisor_push(s, LIFE_BEGIN);
        r = sd_event_loop(s->event);
        if (r < 0) {
                log_error_errno(r, "The event loop failed: %m");
                return CLI_EXIT_REFUSED;
        }
        return r;
}
