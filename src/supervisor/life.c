/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* From a container that is there to its end: attached to before it starts (STATE_ATTACHING), started, looked
 * at, drained; stop.c has what ends it. What its engine is asked beside that: its state. */

#include <string.h>
#include <unistd.h>

#include "actions.h"
#include "announce.h"
#include "failure.h"
#include "input.h"
#include "machine.h"
#include "refusal.h"
#include "reports-output.h"
#include "reports-placement.h"
#include "reports-process.h"
#include "reports-relay.h"
#include "reports.h"
#include "restart-policy.h"
#include "step.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"
#include "util/strv.h"
#include "verdict.h"

/* The streams that have to be open before the container starts. *ret_what: which one failed, for messages.
 */
static int open_streams(Supervisor *s, const char **ret_what)
{
        int r = 0;

        *ret_what = "listen to the engine's events";
        if (!s->events)
                r = engine_events_new(&s->events, s->event, s->engine, s->facts->container.id, s->events_ops,
                                      s);
        if (r < 0)
                return r;
        *ret_what = "attach to the container's output";
        r = output_open(s->output);
        if (r < 0)
                return r;
        *ret_what = "wait for the container's exit status";
        r = exit_wait_open(s->exit_wait, s->facts->container.id);
        if (r >= 0 && !s->input)
                supervisor_ask_for_input(s);
        return r;
}

/* Whoever has not chosen the driver looks for the lines in the unit's journal. */
static void say_where_lines_are(const Supervisor *s)
{
        if (!*s->config.run->log_driver && output_is_left_to_engine(s->output))
                log_notice(
                        "The Docker engine writes the container's lines to the journal itself: journalctl "
                        "CONTAINER_NAME=%s. For lines of this unit, add --log-driver local. (The engine's "
                        "log driver is journald.)",
                        s->facts->container.name);
}

void supervisor_act_attach(Supervisor *s)
{
        const char *what = NULL;
        int r;

        if (supervisor_write_note(s) < 0) {
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        if (!s->events)
                say_where_lines_are(s);
        r = open_streams(s, &what);
        if (r < 0)
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to %s: %s", what, strerror(-r));
        if (r < 0 || supervisor_open_relay(s) < 0)
                supervisor_push(s, LIFE_FAILED);
}

/* What --volume names and did not exist when we began. One that still does not is in no place of ours. */
static void say_new_folders(const Supervisor *s)
{
        STRV_FOREACH(folder, s->config.run->missing_folders)
                if (access(*folder, F_OK) >= 0)
                        log_notice("Host folder %s did not exist; the engine has made it, empty.", *folder);
}

static void on_started(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        /* A stop of the unit signals all that is in its cgroup: in mode delegate also the engine's runtime,
         * which is about to make the container there. That is a stop like any other. */
        if (r < 0 && s->facts->stop_requested && reply->status > 0) {
                log_notice("The container was stopped before it ran: %s",
                           reply->error.message ?: "unknown error");
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        /* A container that has run may have data, and is not created again. With --rm, the engine may have
         * removed it already. */
        if (r < 0 && s->first_start && supervisor_fall_back(s, reply->error.message, LIFE_FOUND_STALE))
                return;
        if (r < 0) {
                supervisor_step_failed(s, "start the container", reply);
                return;
        }
        say_new_folders(s);
        record_started(s->record);
        supervisor_push(s, LIFE_STARTED);
}

void supervisor_act_start(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_started };

        s->first_start = s->facts->container.created;
        supervisor_step(s, engine_path("/containers/%s/start", s->facts->container.id), &ops,
                        (EngineCall){ .method = "POST", .timeout_usec = verdict_work_usec(s->facts) });
}

static void on_inspected(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (reply_is_absent(reply)) { /* it was that short-lived, and --rm */
                record_destroyed(s->record);
                supervisor_report_dead(s);
                return;
        }
        if (r < 0) {
                supervisor_step_failed(s, "inspect the container", reply);
                return;
        }
        if (supervisor_take_info(s, reply) < 0)
                return;
        if (!s->facts->container.running || s->facts->container.pid == 0) {
                supervisor_report_not_running(s, s->facts->container.exit_code);
                return;
        }
        r = supervisor_watch_process(s);
        if (r == -EXDEV)
                supervisor_push(s, LIFE_FAILED);
        else if (r < 0)
                supervisor_report_dead(s);
        else if (process_await_begin(s->process) < 0)
                supervisor_push(s, LIFE_ALIVE);
}

void supervisor_act_inspect(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_inspected };

        supervisor_step(s, engine_path("/containers/%s/json", s->facts->container.id), &ops,
                        (EngineCall){ .method = "GET" });
}

void supervisor_act_resume(Supervisor *s)
{
        int r;

        log_event(LOG_INFO, MESSAGE_ID_CONTAINER_RESTARTED, "Container %s was started again.",
                  s->facts->container.name);
        side_calls_free(s); /* their answers are about the life before */
        supervisor_end_reload(s);
        record_new_life(s->record);
        condition_reset(s->condition);
        r = output_resume(s->output);
        if (r < 0)
                supervisor_report_output_failure(s, r);
        supervisor_ask_for_input(s);
}

void supervisor_act_drain(Supervisor *s)
{
        /* What ends the container while systemd stops the unit was asked for. One beside the main process,
         * as in ExecStopPost=, ends by itself also then. */
        if (s->facts->in_service && !s->facts->is_beside && !verdict_end_was_asked_for(s->facts) &&
            unit_link_ask_job(s->unit_link) >= 0)
                record_job_asked(s->record);
        if (s->facts->exit_code < 0 && !facts_is_flowing(s->facts->wait))
                supervisor_compare(s); /* nobody else is going to tell */
        supervisor_wake(s);
}

/* An engine without live-restore stops its containers when it goes down itself, and tells it like a `docker
 * stop`. But that is no wish of an admin that the service should end: its exit status stays the container's,
 * so that Restart= acts. */
static void on_probed(Supervisor *s, int r, const EngineReply *reply)
{
        record_probed(s->record, true);
        /* The next engine may answer in the place of this one: then the event stream broke before. */
        if (r < 0 || s->facts->engine_lost_after_death) {
                log_notice("The Docker engine is going down, and took the container with it.");
                record_engine_took_it_along(s->record);
        }
        supervisor_wake(s);
}

/* If this is half of `docker restart`, output begins before we hear of the start: it is read from the stored
 * log then. Where there is none, attach to the stopped container now. */
void supervisor_act_linger(Supervisor *s)
{
        record_probed(s->record, false);
        supervisor_probe_engine(s, on_probed);
        if (s->facts->destroyed)
                return;
        if (output_await_restart(s->output) < 0 || exit_wait_open(s->exit_wait, s->facts->container.id) < 0)
                log_warning("Failed to attach to the stopped container, ignoring.");
}

static void on_compared(Supervisor *s, int r, const EngineReply *reply)
{
        ContainerInfo info = CONTAINER_INFO_NULL;

        if (reply_is_absent(reply)) {
                record_destroyed(s->record);
                supervisor_report_dead(s);
                supervisor_wake(s);
                return;
        }
        if (r < 0 || container_info_parse(reply->body, reply->size, &info) < 0) {
                if (s->facts->dead)
                        record_end_confirmed(s->record); /* as far as it can be */
                supervisor_wake(s);
                condition_judge_health(s->condition); /* by what the event said */
                return; /* the next event or the next connection brings another chance */
        }
        if (info.running && !facts_is_flowing(s->facts->wait) && supervisor_in(s, PHASE_LIVE))
                (void) exit_wait_open(s->exit_wait, s->facts->container.id);
        supervisor_report_info(s, &info);
        restart_policy_correct(s);
        container_info_done(&info);
}

/* An answer from before the start would look like an end, if it came after the start. The step that follows
 * the start asks anyway. */
void supervisor_act_compare(Supervisor *s)
{
        if (!s->facts->started)
                return;
        (void) supervisor_side_call(s, engine_path("/containers/%s/json", s->facts->container.id),
                                    on_compared, (EngineCall){ .method = "GET" });
}
