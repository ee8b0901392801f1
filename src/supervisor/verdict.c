/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What the facts mean together: joins, deadlines, the exit status, and which process is the main one. */

#include <limits.h>
#include <signal.h>

#include "cli/cli-error.h"
#include "codec/engine/wait-status.h"
#include "timeouts.h"
#include "util/clock.h"
#include "util/macro.h"
#include "verdict.h"

#define CONNECT_TIMEOUT_USEC (90 * USEC_PER_SEC)
#define BY_HAND_TIMEOUT_USEC (10 * USEC_PER_SEC)
/* systemd's time-out must not come before ours, which has a message. */
#define START_TIMEOUT_MARGIN_USEC (5 * USEC_PER_SEC)
/* What the engine itself waits for a container without a stop timeout. */
#define STOP_TIMEOUT_DEFAULT_SEC 10
/* Between the two halves of `docker restart`; and from a death to the engine's word that it was a stop. */
#define RESTART_GRACE_USEC (3 * USEC_PER_SEC)
#define REMOVAL_GRACE_USEC (20 * USEC_PER_SEC)
#define STOP_EVENT_GRACE_USEC (500 * USEC_PER_MSEC)

/* How often a start may find a container dead that the engine says runs. */
#define DEAD_FOUND_MAX 3
/* How often a start may lose the engine: what kills it may be the start. */
#define ENGINE_GONE_MAX 3

static bool is_opening(Attachment a)
{
        return a == ATTACHMENT_OPENING;
}

bool verdict_is_attached(const Facts *f)
{
        return f->events_open && !is_opening(f->log) && !is_opening(f->wait) && !is_opening(f->input);
}

bool verdict_input_is_due(const Facts *f)
{
        return is_opening(f->input) && !is_opening(f->log);
}

bool verdict_engine_knows_the_end(const Facts *f)
{
        bool can_tell = f->events_open || facts_is_flowing(f->wait);

        return f->die_seen || f->end_confirmed || f->destroyed || !can_tell;
}

bool verdict_end_is_known(const Facts *f)
{
        return f->exit_code >= 0 && !f->job_asked && verdict_engine_knows_the_end(f);
}

bool verdict_may_come_back(const Facts *f)
{
        return (f->killed_by_others || f->stopped_by_others) && !f->stop_requested && !f->giving_up &&
               !f->unit_stops;
}

bool verdict_waits_for_engine(State state, const Facts *f)
{
        if (!f->events_open || f->destroyed)
                return false;
        if (state == STATE_DRAINING)
                return f->exit_code < 0 || (verdict_may_come_back(f) && !verdict_engine_knows_the_end(f));
        return state == STATE_LINGERING && (f->killed_by_others || f->stopped_by_others);
}

bool verdict_goes_on_without_us(const Facts *f)
{
        return f->detach && !f->dead;
}

bool verdict_end_was_asked_for(const Facts *f)
{
        return f->stop_requested || f->stopped_by_others || f->unit_stops;
}

/* The container's end by a signal that systemd sends to stop the unit, or may have sent. Where it ended
 * before we were told to stop it, an ExecStop= may have used any. */
static bool is_end_by_stop(const Facts *f)
{
        const UnitProperties *u = &f->unit;
        int signo = f->exit_code - 128;

        if (signo <= 0 || signo >= _NSIG)
                return false;
        return f->unit_stops || signo == u->kill_signal || signo == u->restart_kill_signal ||
               (answer_is_yes(u->send_sighup) && signo == SIGHUP) || (f->deaf && signo == SIGKILL);
}

LifeEvent verdict_found_dead(const Facts *f)
{
        if (f->dead_found == 0)
                return LIFE_FOUND_DEAD;
        if (f->dead_found == 1)
                return LIFE_FOUND_UNNOTICED;
        return f->dead_found < DEAD_FOUND_MAX && f->remove ? LIFE_FOUND_STALE : LIFE_FAILED;
}

bool verdict_awaits_engine(const Facts *f)
{
        return f->in_service && !f->announced && !f->stop_requested && !f->giving_up && f->failure == 0 &&
               f->engine_gone < ENGINE_GONE_MAX;
}

bool verdict_begins_anew(State state, const Facts *f)
{
        bool starting = state == STATE_ATTACHING || state == STATE_INSPECTING || state == STATE_RUNNING;
        bool wanted = f->stop_requested || f->giving_up || f->killed_by_others || f->stopped_by_others;

        return starting && f->adopted && !f->announced && !wanted && f->dead_found < DEAD_FOUND_MAX;
}

static int next_of_attaching(const Facts *f)
{
        if (!verdict_is_attached(f))
                return -1;
        /* What was adopted and has been stopped meanwhile is not ours to start: inspect tells once more. */
        if (f->container.running || f->adopted)
                return LIFE_ATTACHED_RUNNING;
        return f->stop_requested ? LIFE_CANCEL : LIFE_ATTACHED;
}

static int next_of_running(const Facts *f)
{
        bool needed = facts_is_flowing(f->input);

        /* A process that writes where nobody reads gets SIGPIPE. */
        if (f->output_unread)
                return LIFE_GIVE_UP;
        /* Of a paused one it may still have to be decided. */
        return f->detach && f->announced && f->ready_sent && !needed && !f->container.paused ? LIFE_DETACH
                                                                                             : -1;
}

static int next_of_draining(const Facts *f)
{
        if (!verdict_end_is_known(f) || !f->output_delivered)
                return -1;
        return verdict_may_come_back(f) ? LIFE_STOPPED_BY_OTHERS : LIFE_FINISHED;
}

static int next_of_lingering(const Facts *f)
{
        return f->destroyed && f->probed ? LIFE_FINISHED : -1;
}

int verdict_next(State state, const Facts *f)
{
        static int (*const next_of[_STATE_MAX])(const Facts *f) = {
                [STATE_ATTACHING] = next_of_attaching,
                [STATE_RUNNING] = next_of_running,
                [STATE_DRAINING] = next_of_draining,
                [STATE_LINGERING] = next_of_lingering,
        };

        assert(state < _STATE_MAX);
        return next_of[state] ? next_of[state](f) : -1;
}

int verdict_exit_status(const Facts *f)
{
        bool asked = verdict_end_was_asked_for(f);

        if (f->failure > 0)
                return f->failure;
        if (!f->started || verdict_goes_on_without_us(f))
                return 0; /* it was stopped before it began; or it goes on without us */
        if (f->exit_code < 0 || f->output_damaged)
                return CLI_EXIT_REFUSED;
        if (asked && is_end_by_stop(f))
                return 0;
        return wait_status_to_exit_status(f->exit_code, asked, f->container.stop_signal);
}

uint64_t verdict_stop_timeout_usec(const Facts *f)
{
        int seconds = f->container.stop_timeout >= 0 ? f->container.stop_timeout : STOP_TIMEOUT_DEFAULT_SEC;

        return seconds == INT_MAX ? UINT64_MAX : (uint64_t) seconds * USEC_PER_SEC;
}

uint64_t verdict_stop_request_usec(const Facts *f)
{
        return usec_add(verdict_stop_timeout_usec(f), STOP_GRACE_USEC);
}

uint64_t verdict_work_usec(const Facts *f)
{
        return f->unit.known ? MAX(WORK_TIMEOUT_USEC, f->unit.timeout_start_usec) : WORK_TIMEOUT_USEC;
}

uint64_t verdict_look_usec(const Facts *f)
{
        return verdict_may_come_back(f) ? verdict_work_usec(f) : REQUEST_TIMEOUT_USEC;
}

static uint64_t deadline_of_work(const Facts *f)
{
        return DEADLINE_OF(verdict_work_usec(f));
}

static uint64_t deadline_of_connecting(const Facts *f)
{
        uint64_t limit = f->unit.timeout_start_usec;

        if (!f->in_service)
                return BY_HAND_TIMEOUT_USEC;
        if (limit == UINT64_MAX || limit == 0)
                return CONNECT_TIMEOUT_USEC;
        return limit > 2 * START_TIMEOUT_MARGIN_USEC ? limit - START_TIMEOUT_MARGIN_USEC : limit / 2;
}

/* Of the request that is under way: see remove-old's steps. */
static uint64_t deadline_of_removing_old(const Facts *f)
{
        return DEADLINE_OF(f->container.running ? verdict_stop_request_usec(f) : verdict_work_usec(f));
}

/* The request to kill it, and then what the engine may take to put it away: each has this time. */
static uint64_t deadline_of_killing_old(const Facts *f)
{
        return DEADLINE_OF(MAX(REQUEST_TIMEOUT_USEC, verdict_stop_request_usec(f)));
}

/* The stop timeout begins when the stop signal is sent. */
static uint64_t deadline_of_stopping(const Facts *f)
{
        uint64_t usec = verdict_stop_timeout_usec(f);

        return f->stop_signalled ? usec
                                 : usec_add(usec, STOP_SIGNAL_TIMEOUT_USEC + STOP_DEADLINE_MARGIN_USEC);
}

/* How long others' stop may be half of a restart. If the engine removes the container after a stop, it says
 * so, which ends the wait; so there a busy machine gets the time that a start takes. Of an adopted container
 * only the engine knows whether it does. What we have created it removes with --rm, though it denies that
 * during a restart. */
static uint64_t deadline_of_lingering(const Facts *f)
{
        bool engine_leaves = !f->events_open || (!f->stopped_by_others && !f->killed_by_others);

        if (engine_leaves)
                return RESTART_GRACE_USEC;
        if (!f->stopped_by_others)
                return STOP_EVENT_GRACE_USEC;
        return f->container.auto_remove || (f->remove && !f->adopted) ? REMOVAL_GRACE_USEC
                                                                      : RESTART_GRACE_USEC;
}

uint64_t verdict_deadline(State state, const Facts *f)
{
        static uint64_t (*const deadline_of[_STATE_MAX])(const Facts *f) = {
                [STATE_CONNECTING] = deadline_of_connecting,
                [STATE_REMOVING_OLD] = deadline_of_removing_old,
                [STATE_KILLING_OLD] = deadline_of_killing_old,
                [STATE_CREATING] = deadline_of_work,
                [STATE_STARTING] = deadline_of_work,
                [STATE_STOPPING] = deadline_of_stopping,
                [STATE_LINGERING] = deadline_of_lingering,
        };

        assert(state < _STATE_MAX);
        if (f->look == LOOK_OPEN)
                return DEADLINE_OF(verdict_look_usec(f));
        if (f->look == LOOK_ANSWERED && verdict_waits_for_engine(state, f))
                return 0;
        return deadline_of[state] ? deadline_of[state](f) : state_traits(state)->deadline_usec;
}

bool verdict_reports_reloads(const Facts *f, const Options *o)
{
        ServiceType type = f->unit.type;

        return (type == SERVICE_TYPE_NOTIFY_RELOAD || type == SERVICE_TYPE_UNKNOWN) &&
               o->notify != NOTIFY_CONTAINER;
}

/* systemd takes a process that is not its child as main process, and watches it. It then no longer hears,
 * stops or reloads the supervisor, depending on the unit: each of these is a reason to stay. */
const char *verdict_why_main_process(const Facts *f, const Options *o, bool notifies, bool in_unit)
{
        if (o->main_pid == MAIN_PID_SUPERVISOR || !notifies || !f->process_seen || !f->is_main)
                return "";
        if (!in_unit)
                return "the container's processes are not in the unit's cgroup, and systemd would miss "
                       "their "
                       "end";
        if (f->unit.notify_access == NOTIFY_ACCESS_UNKNOWN)
                return "systemd can't be asked about the unit, which perhaps hides /run/systemd/private and "
                       "the message bus";
        if (f->unit.notify_access != NOTIFY_ACCESS_ALL)
                return "the unit does not have NotifyAccess=all, and systemd would ignore its messages";
        if (kill_mode_is_main_only(f->unit.kill_mode) && !f->detach)
                return ""; /* systemd tells only the main process to stop, and the unit wants it so */
        if (verdict_reports_reloads(f, o) && !f->detach)
                return "with Type=notify-reload and without --notify, it has to report reloads";
        return NULL;
}

/* A unit goes on without us if systemd has another main process, or looks at the unit's cgroup only. The
 * second is the safer one: systemd looks once, when the cgroup becomes empty. With a main process that is
 * not its child, it looks when that process dies, and waits for ever if the process is not quite dead then.
 * A container's init often isn't, because it waits for the other processes; and ExitType=cgroup has no
 * effect then. */
Detach verdict_detach(const Facts *f, bool notifies, bool main_pid_given, bool in_unit)
{
        if (!f->detach)
                return DETACH_UNWANTED;
        if (!main_pid_given && answer_is_yes(f->unit.exit_type_cgroup) && f->process_seen && in_unit)
                return DETACH_SAFE;
        return notifies && !main_pid_given ? DETACH_IMPOSSIBLE : DETACH_BLIND;
}
