/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What systemd is told, and in which order: when the container runs, when it is to reload, and at the end.
 * The parts unit-link, condition and relay do the single steps. */

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "announce.h"
#include "codec/engine/wait-status.h"
#include "last-end.h"
#include "machine.h"
#include "place.h"
#include "reports-condition.h"
#include "reports.h"
#include "step.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"
#include "verdict.h"

/* In bytes: with what is before it, STATUS= fits into the 120 columns that systemctl shows. */
#define LAST_LINE_SHOWN_MAX 80

static void log_running(const Supervisor *s)
{
        if (s->facts->adopted)
                log_event(LOG_INFO, MESSAGE_ID_CONTAINER_ADOPTED,
                          "Adopted running container %s, process %i.", s->facts->container.name,
                          (int) s->facts->container.pid);
        else
                log_event(LOG_INFO, MESSAGE_ID_CONTAINER_STARTED, "Started container %s, process %i.",
                          s->facts->container.name, (int) s->facts->container.pid);
}

/* Contract, "Start": cgroup (done with the process), pid file, MAINPID=, STATUS=, READY=1, in this order. */
void supervisor_announce(Supervisor *s)
{
        bool in_unit;

        /* MAINPID= depends on what systemd says of the unit; its answer calls us again. */
        if (!s->facts->unit_known)
                return;
        /* The last look before systemd hears of a container that we have not started ourselves. */
        if (s->facts->adopted && process_is_ending(s->process)) {
                supervisor_report_dead(s);
                return;
        }
        in_unit = supervisor_is_in_unit(s);
        log_running(s);
        supervisor_explain_place(s, in_unit);
        unit_link_write_pid_file(s->unit_link);
        supervisor_decide_main_process(s, in_unit);
        record_announced(s->record);
        condition_begin(s->condition, relay_was_ready(s->relay));
        supervisor_wake(s);
}

/* The container is not systemd's child, so systemd cannot see its exit status. The supervisor therefore
 * becomes the main process again, before it exits with that status. */
void supervisor_hand_back(Supervisor *s)
{
        unit_link_hand_back(s->unit_link);
}

static void on_reloaded(Supervisor *s, int r, const EngineReply *reply)
{
        if (r < 0)
                log_warning("Failed to pass the signal for a reload on to the container: %s",
                            reply->error.message ?: "?");
        supervisor_end_reload(s);
}

void supervisor_end_reload(Supervisor *s)
{
        if (s->reloading)
                unit_link_notify(s->unit_link, "READY=1");
        s->reloading = false;
}

/* A container that does not report its reload has reloaded when it has got the signal. */
void supervisor_reload(Supervisor *s, int signo)
{
        unit_link_notify(s->unit_link, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, monotonic_usec());
        s->reloading = true;
        if (supervisor_side_call(s, engine_kill_path(s, signo), on_reloaded,
                                 (EngineCall){ .method = "POST" }) < 0)
                supervisor_end_reload(s);
}

static void log_end_before_ready(const Supervisor *s)
{
        const char *lines[OUTPUT_LAST_LINES_MAX];
        size_t n = output_last_lines(s->output, lines);

        log_event(LOG_ERR, MESSAGE_ID_CONTAINER_EXITED,
                  "Container %s ended before it was ready, exit status %i%s", s->facts->container.name,
                  s->facts->exit_code, n > 0 ? ". Its last lines:" : ".");
        for (size_t i = 0; i < n; i++)
                log_error("  %s", lines[i]);
}

/* By hand, and in a unit of another type, a container without --notify is ready as soon as it runs. */
static bool is_waited_for(const Supervisor *s)
{
        ServiceType type = s->facts->unit.type;

        return s->config.options->notify != NOTIFY_SUPERVISOR ||
               (s->config.notify_socket && (type == SERVICE_TYPE_UNKNOWN || service_type_notifies(type)));
}

static void log_end(Supervisor *s)
{
        bool asked = verdict_end_was_asked_for(s->facts);
        int status = verdict_exit_status(s->facts);

        if (!s->facts->started || s->facts->failure > 0 || verdict_goes_on_without_us(s->facts))
                return;
        if (s->facts->exit_code < 0)
                log_error("Container %s has ended, and nobody could say how.", s->facts->container.name);
        else if (!s->facts->ready_sent && !asked && is_waited_for(s) &&
                 (status != 0 || s->config.options->notify != NOTIFY_SUPERVISOR))
                log_end_before_ready(s);
        else
                log_event(status == 0 ? LOG_INFO : LOG_WARNING,
                          asked ? MESSAGE_ID_CONTAINER_STOPPED : MESSAGE_ID_CONTAINER_EXITED,
                          "Container %s %s, exit status %i.", s->facts->container.name,
                          s->facts->killed_by_us ? "did not stop in time and was killed"
                          : asked                ? "was stopped"
                                                 : "has ended",
                          s->facts->exit_code);
}

/* For the next life of the service, if Restart= begins it: only that one reads the note. The units of
 * systemd-run(1) and of connections (Accept=yes) have a new name each time, and their notes would stay. */
static void leave_note(const Supervisor *s)
{
        _cleanup_free_ char *base = s->config.runtime_folder ? supervisor_base_folder(s) : NULL;
        bool stopped = s->facts->stop_requested || s->facts->unit_stops;

        /* Who starts the unit after a stop in order does not ask how it ended, and perhaps nobody starts it.
         */
        if (!answer_is_yes(s->facts->unit.restart) || (stopped && verdict_exit_status(s->facts) == 0))
                return;
        if (base && s->facts->is_main && *s->config.owner.unit)
                last_end_write(base, s->config.owner.unit, verdict_exit_status(s->facts));
}

/* After the exit status, what people look for next: that memory ran out, or what the container said last. */
static void report_exit_status(Supervisor *s)
{
        _cleanup_free_ char *line = NULL;
        const char *why = NULL;

        if (verdict_exit_status(s->facts) == 0)
                why = NULL;
        else if (s->facts->killed_by_us)
                why = "it did not stop in time and was killed";
        else if (condition_is_out_of_memory(s->condition))
                why = "out of memory";
        else if (!verdict_end_was_asked_for(s->facts))
                why = line = output_last_line(s->output, LAST_LINE_SHOWN_MAX);
        unit_link_status(s->unit_link, "Container ended with exit status %i%s%s", s->facts->exit_code,
                         why ? ": " : "", why ?: "");
}

void supervisor_goodbye(Supervisor *s)
{
        const char *verdict = condition_verdict(s->condition);

        log_end(s);
        if (verdict_goes_on_without_us(s->facts) && s->facts->failure == 0) {
                log_debug("Detaching: the container goes on as main process.");
                claim_pass_on(s->claim, s->facts->container.pid);
                relay_drop(s->relay);
                unit_link_barrier(s->unit_link);
                return;
        }
        leave_note(s);
        placement_leave(s->placement);
        unit_link_remove_pid_file(s->unit_link);
        /* It ran, so it was ready: a container that ends with 0 at once is no protocol violation. */
        if (s->facts->started && s->config.options->notify == NOTIFY_SUPERVISOR &&
            verdict_exit_status(s->facts) == 0)
                supervisor_send_ready(s);
        if (s->failure_status)
                unit_link_status(s->unit_link, "%s", s->failure_status);
        else if (verdict)
                unit_link_status(s->unit_link, "%s", verdict);
        else if (s->facts->exit_code >= 0)
                report_exit_status(s);
        relay_drop(s->relay);
        unit_link_drain(s->unit_link);
        log_settle();
}
