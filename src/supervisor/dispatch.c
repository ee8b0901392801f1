/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The one place where the state changes.
 *
 * Sources report from inside their callbacks, some of them deep in libcurl. They record facts, push events
 * or wake the dispatch source, which takes the queue apart afterwards and then asks verdict.c what the facts
 * mean together. So a transition may free any source, and nothing is re-entered.
 *
 * The loop ends in one place: on entering STATE_DONE. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "announce.h"
#include "creation.h"
#include "failure.h"
#include "give-back.h"
#include "input.h"
#include "last-look.h"
#include "loop/event-util.h"
#include "machine.h"
#include "refusal.h"
#include "util/log.h"
#include "util/macro.h"
#include "verdict.h"

/* One function for each of SourceMask: afterwards the source is gone, and nothing of it is reported. */

static void drop_image(Supervisor *s)
{
        s->image = image_free(s->image);
}

static void drop_streams(Supervisor *s)
{
        exit_wait_close(s->exit_wait);
        s->events = engine_events_free(s->events);
        engine_guard_drop(s->engine_guard, ENGINE_USE_EVENTS);
}

static void drop_output(Supervisor *s)
{
        output_close(s->output);
}

static void drop_process(Supervisor *s)
{
        process_unwatch(s->process);
        record_process_seen(s->record, false);
        placement_stop(s->placement);
}

static void drop_watchdog(Supervisor *s)
{
        condition_stop_watchdog(s->condition);
}

static void drop_input(Supervisor *s)
{
        s->input = input_stream_free(s->input);
        record_input(s->record, ATTACHMENT_NONE);
}

static void drop_relay(Supervisor *s)
{
        relay_close(s->relay);
}

static void drop_retry(Supervisor *s)
{
        (void) timer_arm(s->retry, UINT64_MAX);
}

static void prune_sources(Supervisor *s)
{
        static const struct {
                SourceMask source;
                void (*drop)(Supervisor *s);
        } table[] = {
                { SOURCE_PULL, drop_image },        { SOURCE_STREAMS, drop_streams },
                { SOURCE_LOG, drop_output },        { SOURCE_PROCESS, drop_process },
                { SOURCE_WATCHDOG, drop_watchdog }, { SOURCE_INPUT, drop_input },
                { SOURCE_RELAY, drop_relay },       { SOURCE_RETRY, drop_retry },
        };
        uint32_t keep = state_traits(s->state)->sources;

        s->request = engine_request_free(s->request);
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (!(keep & table[i].source))
                        table[i].drop(s);
}

static ConditionPhase condition_phase(State state)
{
        static const ConditionPhase phases[_STATE_MAX] = {
                [STATE_RUNNING] = CONDITION_RUNNING,
                [STATE_STOPPING] = CONDITION_STOPPING,
        };

        return phases[state];
}

static void supervisor_set_state(Supervisor *s, const Transition *t)
{
        log_debug("State: %s -> %s", state_to_string(s->state), state_to_string(t->next));
        s->state = t->next;
        prune_sources(s);
        condition_set_phase(s->condition, condition_phase(s->state));
        /* One that passed together with what it was to limit: the new state has its own. */
        life_queue_drop(&s->queue, LIFE_DEADLINE);
        record_look(s->record, LOOK_NONE);
        supervisor_arm_deadline(s);
        if (state_status(s->state))
                unit_link_status(s->unit_link, "%s", state_status(s->state));
        if (t->actions & ACTION_FAIL_TIMEOUT && s->state != STATE_DONE)
                record_failure(s->record, CLI_EXIT_REFUSED);
        supervisor_act(s, t->actions);
        if (s->state == STATE_DONE) {
                supervisor_goodbye(s);
                (void) sd_event_exit(s->event, verdict_exit_status(s->facts));
                return;
        }
        /* A stop that came where it could not be followed is offered again. */
        if (s->facts->stop_requested && !state_transition(s->state, LIFE_STOP)->ignore)
                supervisor_push(s, LIFE_STOP);
}

static void supervisor_handle(Supervisor *s, LifeEvent event)
{
        const Transition *t;

        if (event == LIFE_DIED && verdict_begins_anew(s->state, s->facts))
                event = LIFE_FOUND_DEAD;
        t = state_transition(s->state, event);
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

/* The output of a container whose end is known: whether all of it is with the journal. */
static void supervisor_drive_output(Supervisor *s)
{
        if (!supervisor_in(s, PHASE_DRAINING) || !verdict_end_is_known(s->facts))
                return;
        output_drive(s->output);
        record_output_delivered(s->record, output_is_delivered(s->output));
}

/* What was pushed comes first: it may change what the facts mean. */
static int next_event(Supervisor *s)
{
        int event = life_queue_pop(&s->queue);

        if (event >= 0)
                return event;
        supervisor_drive_output(s);
        return verdict_next(s->state, s->facts);
}

/* Nothing to do in RUNNING is the end of the start: what was for it goes. */
static void settle_down(Supervisor *s)
{
        if (s->state == STATE_RUNNING && !s->settled) {
                creation_stop(s->creation);
                supervisor_give_back_later(s);
        }
        s->settled = s->state == STATE_RUNNING;
}

int supervisor_on_dispatch(sd_event_source *source, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        int event;

        if (s->compare_wanted) {
                s->compare_wanted = false;
                supervisor_act_compare(s);
        }
        if (s->owner_wanted) {
                s->owner_wanted = false;
                supervisor_act_ask_owner(s);
        }
        supervisor_drive_input(s);
        event = next_event(s);
        if (event < 0) {
                if (verdict_deadline(s->state, s->facts) != s->deadline_usec)
                        supervisor_arm_deadline(s);
                settle_down(s);
                return 0;
        }
        supervisor_handle(s, (LifeEvent) event);
        return defer_arm(s->dispatch);
}

static void explain_draining(const Supervisor *s)
{
        if (!output_is_drained(s->output))
                log_warning("The container's output has not come to its end in time, lines may be missing.");
        else if (!verdict_engine_knows_the_end(s->facts))
                log_warning("The engine has not noticed that container %s has ended, not waiting for it any "
                            "longer.",
                            s->facts->container.name);
}

static void explain_removing(const Supervisor *s)
{
        log_warning("Failed to remove container %s, the next start will: no answer in time.",
                    s->facts->container.name ?: s->facts->container.id);
}

static void explain_timeout(Supervisor *s)
{
        uint64_t sec = s->deadline_usec / USEC_PER_SEC;

        if (s->state == STATE_CONNECTING)
                supervisor_fail_engine_lost(s,
                                            "Cannot start: the Docker engine did not answer within %" PRIu64
                                            " s at %s: %s. Is docker.service running, and "
                                            "is that its address?",
                                            sec, s->config.host_name, s->connect_message ?: "no answer");
        else
                supervisor_fail_engine_lost(s, "The Docker engine did not answer within %" PRIu64 " s: %s.",
                                            sec, state_status(s->state) ?: state_to_string(s->state));
}

/* Says what the state has waited for in vain. Where that is the service's failure, it is recorded. */
static void explain_deadline(Supervisor *s)
{
        static void (*const explain[_STATE_MAX])(const Supervisor *s) = {
                [STATE_DRAINING] = explain_draining,
                [STATE_REMOVING] = explain_removing,
        };

        if (state_transition(s->state, LIFE_DEADLINE)->actions & ACTION_FAIL_TIMEOUT)
                explain_timeout(s);
        if (explain[s->state])
                explain[s->state](s);
}

int supervisor_on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        /* The journal's slowness is not the container's: what is held back is still to be written. systemd
         * has its own limit. */
        if (supervisor_in(s, PHASE_DRAINING) && output_extend(s->output)) {
                supervisor_arm_deadline(s);
                return 0;
        }
        if (s->facts->look == LOOK_NONE && verdict_waits_for_engine(s->state, s->facts)) {
                supervisor_last_look(s);
                return 0;
        }
        explain_deadline(s);
        supervisor_push(s, LIFE_DEADLINE);
        return 0;
}
