/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What the sources report, turned into facts and events of the state machine.
 *
 * These functions run inside the sources' callbacks. They record facts, push events, and tell the parts what
 * has changed, which may move processes or send a message to systemd. They free no source: that is for
 * transitions. What the engine reports runs inside libcurl, from where the engine can't be called: there
 * supervisor_compare() asks the loop to do so. Only a signal is passed on to the engine at once. */

#include <signal.h>
#include <string.h>

#include "actions.h"
#include "announce.h"
#include "codec/engine/wait-status.h"
#include "failure.h"
#include "give-back.h"
#include "machine.h"
#include "place.h"
#include "reports-engine-guard.h"
#include "reports-process.h"
#include "reports.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"
#include "util/process.h"
#include "verdict.h"

/* Signals */

/* systemd, the system's or the user's, and not a process that somebody runs. */
static bool is_manager(pid_t sender)
{
        return sender == 1 || (sender > 1 && process_has_name("/proc", sender, "systemd"));
}

static bool is_reload_signal(const Supervisor *s, int signo, pid_t sender)
{
        const UnitProperties *u = &s->facts->unit;

        /* It does not hurt a unit of another type that we report a reload. Its main process alone has got
         * the signal if it was one; so the container gets it from us. */
        if (u->type == SERVICE_TYPE_UNKNOWN)
                return signo == SIGHUP && s->facts->in_service && is_manager(sender);
        return u->type == SERVICE_TYPE_NOTIFY_RELOAD && signo == u->reload_signal;
}

static bool is_stop_signal(const Supervisor *s, int signo, pid_t sender)
{
        const UnitProperties *u = &s->facts->unit;

        if (signo == SIGTERM || signo == SIGINT || signo == SIGABRT)
                return true;
        if (!is_manager(sender) || is_reload_signal(s, signo, sender))
                return false;
        return signo == u->kill_signal || signo == u->restart_kill_signal ||
               (answer_is_yes(u->send_sighup) && signo == SIGHUP);
}

/* Whether the container's processes have had this signal as well: systemd sends KillSignal= to all processes
 * of the unit, and so does `systemctl kill`. */
static bool container_had_it(const Supervisor *s, pid_t sender)
{
        return is_manager(sender) && s->facts->process_seen && placement_has_container(s->placement);
}

/* The first process of a container that is being started may not have seen its stop signal, because the
 * runtime's own code catches all of them: see process_await_begin(). And what the engine restarts must be
 * stopped by it. */
static bool first_process_was_told(const Supervisor *s, int signo, pid_t sender)
{
        KillMode mode = s->facts->unit.kill_mode;

        return supervisor_in(s, PHASE_RUNNING) && container_had_it(s, sender) &&
               (mode == KILL_MODE_CONTROL_GROUP || mode == KILL_MODE_NONE) &&
               !s->facts->container.engine_restarts && signo == s->facts->container.stop_signal;
}

static void pass_on(Supervisor *s, int signo, pid_t sender)
{
        if (is_reload_signal(s, signo, sender)) {
                /* systemd sends it to the main process only. */
                if (supervisor_in(s, PHASE_RUNNING) && verdict_reports_reloads(s->facts, s->config.options))
                        supervisor_reload(s, signo);
                else
                        supervisor_forward_signal(s, signo);
        } else if (!container_had_it(s, sender))
                supervisor_forward_signal(s, signo);
        else if (!unit_link_has_given_main_pid(s->unit_link))
                log_notice("SIG%s is not passed on: systemctl kill sends it to the container's processes as "
                           "well. With --kill-whom=main it does not; there, use docker kill.",
                           signal_to_string(signo));
}

static void on_signal(int signo, pid_t sender, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (signo == SIGABRT && supervisor_in(s, PHASE_RUNNING)) {
                record_giving_up(s->record, true);
                supervisor_push(s, LIFE_GIVE_UP);
        } else if (is_stop_signal(s, signo, sender)) {
                log_debug("Got SIG%s.", signal_to_string(signo));
                supervisor_note_end_of_wait(s);
                record_stop_requested(s->record, first_process_was_told(s, signo, sender));
                supervisor_note_stop_signal(s);
                supervisor_push(s, LIFE_STOP);
        } else
                pass_on(s, signo, sender);
}

const SignalsOps supervisor_signals_ops = { .on_signal = on_signal };

/* The engine's answer to "how does it end?" */

static void on_wait_state(Attachment state, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_wait(s->record, state);
        /* It ended, and has not told: inspect may. A broken one is opened again when the engine is back. */
        if (state == ATTACHMENT_ENDED && s->facts->dead && s->facts->exit_code < 0)
                supervisor_compare(s);
        supervisor_wake(s);
}

static void on_wait_exit_code(int code, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        supervisor_report_exit_code(s, code);
        supervisor_report_dead(s);
        if (!s->facts->die_seen)
                supervisor_compare(s); /* the events are on their way, on a connection of their own */
}

const ExitWaitOps supervisor_exit_wait_ops = { on_wait_state, on_wait_exit_code };

/* The engine's events */

static void on_engine_open(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (s->facts->engine_lost) {
                log_event(LOG_NOTICE, MESSAGE_ID_ENGINE_BACK, "The Docker engine is back.");
                supervisor_give_back_later(s); /* to find out what was missed needs what a start needs */
        }
        engine_guard_note_open(s->engine_guard);
        record_events_open(s->record);
        condition_report(s->condition);
        supervisor_wake(s);
        if (s->facts->started)
                supervisor_compare(s);
}

static void on_engine_lost(int r, const char *message, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_events_lost(s->record);
        output_lost_engine(s->output);
        supervisor_wake(s);
        if (supervisor_in(s, PHASE_ATTACHING) && !supervisor_await_engine(s, r, 0, message)) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to listen to the engine's events: %s", message);
                supervisor_push(s, LIFE_FAILED);
        }
        if (s->facts->engine_lost || !supervisor_in(s, PHASE_SERVING))
                return;
        record_engine_lost(s->record, true);
        log_event(LOG_WARNING, MESSAGE_ID_ENGINE_LOST, "Lost the Docker engine, the container runs on: %s",
                  message);
        condition_report(s->condition);
}

static void on_event_start(Supervisor *s, const EngineEvent *event)
{
        /* A start is another life only where the death before it was in the stream, too: of a short-lived
         * container we know the death before the engine has told its start. In LINGERING it is what we wait
         * for; in DRAINING it was faster than the output's end. */
        if (s->facts->die_seen && supervisor_in(s, PHASE_OVER))
                supervisor_push(s, LIFE_RESTARTED);
        record_start_seen(s->record, event->time_nsec);
}

static void on_event_kill(Supervisor *s, const EngineEvent *event)
{
        bool ends = event->signal == 0 || event->signal == SIGKILL || event->signal == SIGTERM ||
                    event->signal == s->facts->container.stop_signal;

        if (!ends)
                return; /* one that was passed on */
        /* Once more: a stop of others that came early met the runtime's own code, which catches everything.
         */
        supervisor_note_stop_signal(s);
        record_killed_by_others(s->record, !s->facts->stop_requested);
}

static void on_event_stop(Supervisor *s, const EngineEvent *event)
{
        bool lingers = supervisor_in(s, PHASE_LINGERING);

        /* After its end it can't be ours: we had sent none before the death. */
        record_stopped_by_others(s->record, !s->facts->stop_requested || lingers);
        if (lingers)
                supervisor_push(s, LIFE_STOPPED_BY_OTHERS);
}

static void on_event_die(Supervisor *s, const EngineEvent *event)
{
        record_die_seen(s->record, event->time_nsec);
        if (supervisor_in(s, PHASE_DRAINING) && s->facts->exit_code < 0 && !facts_is_flowing(s->facts->wait))
                supervisor_compare(s);
        /* With a pidfd, the kernel has said it already, and of the right incarnation. */
        if (!process_is_watched(s->process) && supervisor_in(s, PHASE_LIVE))
                supervisor_report_dead(s);
        supervisor_wake(s);
}

static void on_event_destroy(Supervisor *s, const EngineEvent *event)
{
        record_destroyed(s->record);
        supervisor_wake(s);
}

static void on_event_pause(Supervisor *s, const EngineEvent *event)
{
        bool paused = event->kind == ENGINE_EVENT_PAUSE;

        record_paused(s->record, paused);
        if (paused)
                log_event(LOG_NOTICE, MESSAGE_ID_CONTAINER_PAUSED, "Container %s is paused.",
                          s->facts->container.name);
        else
                log_event(LOG_NOTICE, MESSAGE_ID_CONTAINER_UNPAUSED, "Container %s goes on.",
                          s->facts->container.name);
        if (!paused)
                supervisor_note_going_on(s);
        condition_note_pause(s->condition);
}

static void on_event_oom(Supervisor *s, const EngineEvent *event)
{
        /* The engine sees nothing of a container that was moved; of one that is born in the unit, what we
         * see. */
        if (!placement_watches_memory(s->placement))
                condition_note_oom(s->condition);
}

static void on_event_exec(Supervisor *s, const EngineEvent *event)
{
        placement_expect_joiner(s->placement);
}

static void on_event_health(Supervisor *s, const EngineEvent *event)
{
        record_health(s->record, event->healthy ? CONTAINER_HEALTH_HEALTHY : CONTAINER_HEALTH_UNHEALTHY);
        if (event->healthy)
                condition_judge_health(s->condition);
        else
                supervisor_compare(s); /* the event does not say what the last probe did */
}

static void on_event_changed(Supervisor *s, const EngineEvent *event)
{
        supervisor_compare(s); /* the event does not say what is new */
}

typedef void (*EngineEventHandler)(Supervisor *s, const EngineEvent *event);

static const EngineEventHandler event_handlers[_ENGINE_EVENT_KIND_MAX] = {
        [ENGINE_EVENT_START] = on_event_start,     [ENGINE_EVENT_DIE] = on_event_die,
        [ENGINE_EVENT_STOP] = on_event_stop,       [ENGINE_EVENT_KILL] = on_event_kill,
        [ENGINE_EVENT_PAUSE] = on_event_pause,     [ENGINE_EVENT_UNPAUSE] = on_event_pause,
        [ENGINE_EVENT_OOM] = on_event_oom,         [ENGINE_EVENT_RENAME] = on_event_changed,
        [ENGINE_EVENT_DESTROY] = on_event_destroy, [ENGINE_EVENT_HEALTH_STATUS] = on_event_health,
        [ENGINE_EVENT_EXEC_START] = on_event_exec, [ENGINE_EVENT_UPDATE] = on_event_changed,
};

static void on_engine_event(const EngineEvent *event, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        log_debug("Engine event: %s", engine_event_kind_to_string(event->kind));
        if (event_handlers[event->kind])
                event_handlers[event->kind](s, event);
}

/* Nobody knows what it said: it may have been any of them. */
static void on_engine_dropped(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        placement_expect_joiner(s->placement);
        supervisor_compare(s);
}

const EngineEventsOps supervisor_engine_events_ops = { on_engine_open, on_engine_event, on_engine_lost,
                                                       on_engine_dropped, supervisor_hold_events };
