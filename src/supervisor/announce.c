/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The side of systemd: which is the main process, what the unit's status says, when it is ready, and what
 * its exit status is. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "codec/engine/wait-status.h"
#include "supervisor-internal.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"
#include "verdict.h"

/* sd_notify_barrier(3) of a detaching supervisor: systemd has to know the new main process before the old
 * one goes. */
#define BARRIER_TIMEOUT_USEC (5 * USEC_PER_SEC)

/* Why the supervisor has to stay the main process; NULL: it need not. */
static const char *why_main_process(const Supervisor *s)
{
        if (s->config.options->main_pid == MAIN_PID_SUPERVISOR || !s->config.notify_socket)
                return "";
        if (!process_is_watched(s->process))
                return "";
        if (!placement_has_container(s->placement))
                return "the container's processes are not in the unit's cgroup, so that systemd would miss "
                       "their end";
        if (s->facts->unit.notify_access != NOTIFY_ACCESS_ALL)
                return "the unit has not NotifyAccess=all, so that systemd would not hear it any more";
        if (s->facts->unit.kill_main_only && !s->facts->detach)
                return "with this KillMode= systemd tells only the main process to stop";
        if (supervisor_reloads(s) && !s->facts->detach)
                return "with Type=notify-reload, and without --notify, a reload is the supervisor's to "
                       "report";
        return NULL;
}

/* Whether to hand the main process over; says once why not, where the user asked for it. */
static bool want_main_pid(Supervisor *s)
{
        const char *why = why_main_process(s);

        if (why && *why && !s->main_pid_explained) {
                s->main_pid_explained = true;
                log_notice("The supervisor stays the main process: %s.", why);
        }
        return !why;
}

static void write_pid_file(Supervisor *s)
{
        const char *path = s->config.options->pid_file;
        char text[32];
        int n, r;

        if (!path)
                return;
        n = snprintf(text, sizeof(text), "%i\n", (int) s->facts->container.pid);
        r = write_file_atomic(path, text, (size_t) n, 0644);
        if (r < 0)
                log_error_errno(r, "Failed to write pid file %s, ignoring: %m", path);
        else
                s->pid_file_written = true;
}

static void notify_main_pid(Supervisor *s)
{
        if (!want_main_pid(s))
                return;
        s->main_pid_sent = true;
        supervisor_notify(s, "MAINPID=%i", (int) s->facts->container.pid);
}

/* KillMode=control-group, the default, sends SIGTERM to every process of the unit. */
static void explain_stop_signal(Supervisor *s)
{
        if (s->stop_signal_explained || s->facts->container.stop_signal == SIGTERM ||
            s->facts->unit.kill_main_only || !process_is_watched(s->process) ||
            !placement_has_container(s->placement))
                return;
        s->stop_signal_explained = true;
        log_notice("The container's stop signal is SIG%s, but with this KillMode= systemd sends SIGTERM to "
                   "its processes as well: "
                   "KillMode=mixed leaves the stop to the engine.",
                   signal_to_string(s->facts->container.stop_signal));
}

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

/* A unit goes on without us where systemd has another main process, or looks at its cgroup only. The second
 * is the surer one: systemd looks once, when the cgroup gets empty, and goes on for ever where a main
 * process is not quite dead by then. A container's init often isn't, because it waits for the others; and
 * then ExitType=cgroup doesn't count. */
static void decide_detach(Supervisor *s)
{
        bool by_cgroup;

        if (!s->facts->detach)
                return;
        by_cgroup = !s->main_pid_sent && s->facts->unit.exit_type_cgroup && process_is_watched(s->process) &&
                    placement_has_container(s->placement);
        if (s->config.notify_socket && !s->main_pid_sent && !by_cgroup) {
                log_notice("Not detaching: the unit would end, as systemd would not have the container as "
                           "main process.");
                record_no_detach(s->record);
        } else if (!by_cgroup)
                log_notice("Detaching: systemd may miss the container's end. It does not with "
                           "ExitType=cgroup in the unit and "
                           "--main-pid=supervisor.");
}

/* Contract, "Start": cgroup (done with the process), pid file, MAINPID=, STATUS=, READY=1, in this order. */
void supervisor_announce(Supervisor *s)
{
        /* MAINPID= depends on what systemd says of the unit; its answer calls us again. */
        if (!s->facts->unit_known)
                return;
        log_running(s);
        explain_stop_signal(s);
        write_pid_file(s);
        notify_main_pid(s);
        decide_detach(s);
        record_announced(s->record);
        supervisor_begin_condition(s);
        supervisor_wake(s);
}

/* systemd can't reap a container: an exit status that it is to see has to be that of its own child. So we
 * become the main process again before we end with it. */
void supervisor_hand_back(Supervisor *s)
{
        if (!s->main_pid_sent)
                return;
        s->main_pid_sent = false;
        supervisor_notify(s, "MAINPID=%i", (int) getpid());
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

static void log_end(Supervisor *s)
{
        bool asked = verdict_end_was_asked_for(s->facts);
        int status = verdict_exit_status(s->facts);

        if (!s->facts->started || s->facts->failure > 0 || verdict_goes_on_without_us(s->facts))
                return;
        if (s->facts->exit_code < 0)
                log_error("Container %s has ended, and nobody could say how.", s->facts->container.name);
        else if (!s->facts->ready_sent && !asked &&
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

void supervisor_goodbye(Supervisor *s)
{
        log_end(s);
        if (verdict_goes_on_without_us(s->facts) && s->facts->failure == 0) {
                log_debug("Detaching: the container goes on as main process.");
                supervisor_drop_relay(s);
                supervisor_drain_notify(s);
                (void) sd_notify_barrier(false, BARRIER_TIMEOUT_USEC);
                return;
        }
        placement_leave(s->placement);
        supervisor_drop_cidfile(s);
        if (s->pid_file_written)
                (void) unlink(s->config.options->pid_file);
        /* It ran, so it was ready: a container that ends with 0 at once is no protocol violation. */
        if (s->facts->started && s->config.options->notify == NOTIFY_SUPERVISOR &&
            verdict_exit_status(s->facts) == 0)
                supervisor_send_ready(s);
        if (s->verdict)
                supervisor_status(s, "%s", s->verdict);
        else if (s->facts->exit_code >= 0)
                supervisor_status(s, "Container ended with exit status %i", s->facts->exit_code);
        supervisor_drop_relay(s);
        supervisor_drain_notify(s);
}
