/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The stop of a container (STATE_STOPPING), its kill (STATE_KILLING), and signals that are passed on.
 *
 * The engine is asked to send the stop signal (POST …/kill), and not to stop the container (POST …/stop). An
 * engine that cannot send the signal, because containerd is away, does not say so in answer to a stop: it
 * sends SIGKILL after two seconds instead, or says after twelve that all went well. The answer to a signal
 * is about that signal. If it could not be sent, or if no answer comes, it is sent by the pidfd. So the
 * first process gets its stop signal, and gets it once, unless an engine that hung sends it later as well.
 * The stop timeout is the state's deadline. */

#include <signal.h>

#include "actions.h"
#include "announce.h"
#include "codec/engine/wait-status.h"
#include "loop/event-util.h"
#include "machine.h"
#include "reports-process.h"
#include "step.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macro.h"
#include "verdict.h"

/* If only the engine can send the stop signal: how often it is asked to. */
#define STOP_AGAIN_USEC USEC_PER_SEC

/* There is no process to be signalled any more. The death itself is what counts, and comes from elsewhere.
 * -EEXIST: the engine says that the container does not run. */
static bool is_over(const Supervisor *s, int r, const EngineReply *reply)
{
        bool lives = process_is_watched(s->process) && !process_is_ending(s->process);

        return reply_is_absent(reply) || (r == -EEXIST && !lives);
}

/* The stop timeout begins. */
static void note_signalled(Supervisor *s)
{
        record_stop_signalled(s->record);
        supervisor_wake(s);
}

static void on_stop_signal_sent(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        const char *message = reply->error.message ?: "unknown error";

        if (r < 0 && is_over(s, r, reply))
                return;
        if (r < 0 && process_kill(s->process, s->facts->container.stop_signal) < 0) {
                if (!s->stop_was_refused)
                        log_warning("The engine did not stop the container (%s), asking again.", message);
                s->stop_was_refused = true;
                (void) timer_arm(s->retry, STOP_AGAIN_USEC);
                return;
        }
        if (r < 0)
                log_warning("The engine did not stop the container (%s), signalling it ourselves.", message);
        note_signalled(s);
}

void supervisor_send_stop_signal(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_stop_signal_sent };

        /* The engine is away, and may kill the container as it comes back (Docker before 23, with --rm). */
        if (!s->facts->events_open && process_kill(s->process, s->facts->container.stop_signal) >= 0) {
                note_signalled(s);
                return;
        }
        supervisor_step(s, engine_kill_path(s, s->facts->container.stop_signal), &ops,
                        (EngineCall){ .method = "POST", .timeout_usec = STOP_SIGNAL_TIMEOUT_USEC });
}

void supervisor_act_stop(Supervisor *s)
{
        uint64_t needed = usec_add(verdict_stop_timeout_usec(s->facts), 5 * USEC_PER_SEC);

        s->stop_was_refused = false;
        supervisor_note_stop_signal(s);
        unit_link_stopping(s->unit_link, needed);
        if (!s->facts->stop_signalled) /* twice is once too often */
                supervisor_send_stop_signal(s);
}

/* systemd's watchdog sends SIGABRT, which is to end a process at once. The first process of a container
 * ignores it, unless it has a handler, or somebody else sees to it. */
static void abort_container(Supervisor *s)
{
        bool had_it =
                placement_has_container(s->placement) && s->facts->unit.kill_mode == KILL_MODE_CONTROL_GROUP;
        SignalTaken taken;

        condition_note_watchdog(s->condition);
        supervisor_hand_back(s);
        if (!process_is_watched(s->process))
                supervisor_forward_signal(s, SIGKILL);
        else if (process_signal(s->process, SIGABRT, &taken) < 0 || taken == SIGNAL_DEFAULT)
                (void) process_kill(s->process, SIGKILL);
        else if (!had_it)
                (void) process_kill(s->process, SIGABRT);
}

void supervisor_act_give_up(Supervisor *s)
{
        record_giving_up(s->record, false);
        if (s->facts->aborted)
                abort_container(s);
        else
                supervisor_act_stop(s);
}

void supervisor_act_kill(Supervisor *s)
{
        log_warning("Container %s did not stop in time, killing it.", s->facts->container.name);
        record_killed_by_us(s->record);
        if (process_is_watched(s->process))
                (void) process_kill(s->process, SIGKILL);
        else
                supervisor_forward_signal(s, SIGKILL);
}

static void on_signal_forwarded(Supervisor *s, int r, const EngineReply *reply)
{
        if (r < 0)
                log_warning("Failed to pass a signal on to the container, ignoring: %s",
                            reply->error.message ?: "?");
}

void supervisor_forward_signal(Supervisor *s, int signo)
{
        /* --sig-proxy is about signals that we get; our own SIGKILL does not ask it. */
        if (!s->facts->started || s->facts->dead ||
            (!s->config.run->sig_proxy && !s->facts->killed_by_us && !s->facts->aborted))
                return;
        log_debug("Passing SIG%s on to the container.", signal_to_string(signo));
        (void) supervisor_side_call(s, engine_kill_path(s, signo), on_signal_forwarded,
                                    (EngineCall){ .method = "POST" });
}
