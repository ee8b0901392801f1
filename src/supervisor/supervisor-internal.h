/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Shared by the files of this folder, and by nobody else:
 *   supervisor.c  life and end of the object
 *   machine.c     what every file uses: push, wake, the deadline
 *   failure.c     how the service fails: what is said of it
 *   refusal.c     the same for what the engine refuses
 *   dispatch.c    the event queue; the one place where the state changes
 *   state.c       the state machine's tables (pure)
 *   verdict.c     what the facts mean together (pure)
 *   actions.c     which function does what a transition asks for
 *   step.c        requests to the engine, as the states use them
 *   connect.c, look-up.c, create.c, remove.c, settle.c, life.c
 *                 what is done in which part of a life, and what its answers mean
 *   reports.c     what the sources report, turned into events
 *   news.c        what several sources may be the first to learn
 *   announce.c    what systemd is told when the container runs, when it is to reload, and at the end
 *   reports-X.c   what the part X reports
 *   creation.c    from the options to a container, with cidfile.c and container-logins.c
 *   found.c       what happens to a container that exists (pure)
 *   claim.c       which living supervisor has a container
 *   input.c       our standard input on its way to the container */

#include "cgroup/placement.h"
#include "cgroup/process.h"
#include "claim.h"
#include "codec/engine/container-info.h"
#include "codec/engine/engine-info.h"
#include "codec/journal/line-buffer.h"
#include "creation.h"
#include "engine/engine-events.h"
#include "engine/exit-wait.h"
#include "engine/image.h"
#include "engine/input-stream.h"
#include "facts/record.h"
#include "journal/output.h"
#include "loop/signals.h"
#include "run/run-request.h"
#include "state.h"
#include "supervisor/supervisor.h"
#include "systemd/condition.h"
#include "systemd/relay.h"
#include "systemd/unit-link.h"
#include "timeouts.h"
#include "json/json.h"

#define EVENT_QUEUE_MAX 64

typedef struct SideCall SideCall;
typedef struct PendingFailure PendingFailure;

struct Supervisor {
        SupervisorConfig config;
        const Facts *facts; /* read by all … */
        Record *record;     /* … written by its functions only */

        /* The loop and the machine */
        sd_event *event;
        State state;
        LifeEvent queue[EVENT_QUEUE_MAX];
        size_t n_queue;
        bool compare_wanted, owner_wanted;
        PendingFailure *pending_failure; /* what is said once it is known who has what we wanted */
        char *failure_status;            /* the first failure, for STATUS=; NULL: none */
        sd_event_source *dispatch;       /* runs the queue: outside of every source's callback */
        sd_event_source *deadline;
        uint64_t deadline_usec; /* what it was armed with */
        sd_event_source *retry; /* the next attempt to reach the engine */

        /* Sources */
        Signals *signals;
        Engine *engine;
        EngineRequest *request; /* what the state waits for */
        ExitWait *exit_wait;
        EngineEvents *events;
        const EngineEventsOps *events_ops;
        Output *output;
        InputStream *input;
        Process *process;     /* the container's first one, where it can be seen */
        Placement *placement; /* of the container in the unit's cgroup */
        UnitLink *unit_link;
        Condition *condition;
        Relay *relay;
        SideCall *side_calls; /* requests nobody waits for: signals passed on, pings of the engine */

        /* What we know */
        uint64_t connect_backoff;
        char *connect_message;
        bool first_start;       /* the container that is being started has never run */
        bool image_differs;     /* the container that was found is not of the image that the unit names */
        bool memory_given_back; /* in this stay in RUNNING */

        Image *image; /* NULL: outside of STATE_PULLING */
        Creation *creation;
        Claim *claim;
};

/* supervisor.c */
/* Where there is a runtime folder: what of it is ours, a folder for each container. NULL: out of memory. */
char *supervisor_base_folder(const Supervisor *s);
void supervisor_push(Supervisor *s, LifeEvent event);
/* Something was recorded: the dispatch source is to look what the facts mean now. */
void supervisor_wake(Supervisor *s);
/* dispatch.c */
int supervisor_on_dispatch(sd_event_source *source, void *userdata);
int supervisor_on_deadline(sd_event_source *source, uint64_t usec, void *userdata);
/* Has the engine asked for the container's state, from the loop, whatever else is under way; what differs is
 * reported. */
void supervisor_compare(Supervisor *s);
/* Anew from now. What it is computed from may change at any time: then the dispatch source does this. */
void supervisor_arm_deadline(Supervisor *s);
/* What the state waits for has come nearer: it has its whole time again, but for up to a second. */
void supervisor_note_progress(Supervisor *s);
/* Records the first failure with its exit status and logs it (later ones only log); the event is the
 * caller's to push. */
void supervisor_fail(Supervisor *s, int exit_status, const char *format, ...) _printf_(3, 4);
/* The same for a failure that a part, or the command line, has described. r: -errno, for one without words.
 */
void supervisor_fail_with(Supervisor *s, int r, const CliError *error);
/* failure.c */
/* Records a failure that is said elsewhere, and what STATUS= is to say of it at the end. */
void supervisor_note_failure(Supervisor *s, int exit_status, const char *line);
/* The same for options that cannot be used: no retry mends them. */
void supervisor_refuse(Supervisor *s, int r, const CliError *error);
/* The exit status for such an option: in a service, one that the unit can exclude from Restart=. */
int supervisor_refusal_status(const Supervisor *s, int by_hand);
/* The same for an engine that is not reached. */
void supervisor_fail_engine_lost(Supervisor *s, const char *format, ...) _printf_(2, 3);
/* refusal.c */
/* The same for what the engine refuses. LIFE_FAILED follows, at once or after a question to the engine. */
void supervisor_fail_engine(Supervisor *s, int exit_status, const EngineFailure *failure);
/* Asks the engine who has what we wanted. */
void supervisor_act_ask_owner(Supervisor *s);
/* The same for an answer to a step. */
void supervisor_step_failed(Supervisor *s, const char *what, const EngineReply *reply);
void supervisor_drop_pending_failure(Supervisor *s);
/* phases: of Phase. Whether one of them holds. */
bool supervisor_in(const Supervisor *s, uint32_t phases);

/* actions.c */
void supervisor_act(Supervisor *s, uint32_t actions);

/* step.c */
/* The step's request: call's method, body and what else is not the default; path is freed, so that callers
 * can hand over engine_path(), and NULL is out of memory. timeout_usec: see timeouts.h; 0:
 * REQUEST_TIMEOUT_USEC. A request that cannot be sent is LIFE_FAILED. */
void supervisor_step(Supervisor *s, char *path, const EngineRequestOps *ops, EngineCall call);
/* The same for a request that no state waits for. on_done may free all of them. */
void supervisor_side_call(Supervisor *s, char *path,
                          void (*on_done)(Supervisor *s, int r, const EngineReply *reply), EngineCall call);
/* Asks over a new connection whether the engine takes requests: one that is shutting down does not. */
void supervisor_probe_engine(Supervisor *s, void (*on_done)(Supervisor *s, int r, const EngineReply *reply));
void side_calls_free(Supervisor *s);
/* A new string, NULL: out of memory. */
char *engine_path(const char *format, ...) _printf_(1, 2);
/* By the engine's word, and not by the -ENOENT that a missing socket has as well. */
bool reply_is_absent(const EngineReply *reply);
/* Takes an answer of inspect over; pushes LIFE_FAILED where it is none. */
int supervisor_take_info(Supervisor *s, const EngineReply *reply);

/* settle.c */
/* Whether the process that inspect named is dead, or about to be. False where we can't see it: on another
 * machine, or where the pids are not the engine's. */
bool supervisor_process_is_dead(const Supervisor *s);
/* What to do about such a container, see verdict_found_dead(); says so. Failures are recorded. */
LifeEvent supervisor_judge_dead(Supervisor *s);

/* connect.c, look-up.c, create.c, remove.c, life.c, settle.c: see the table in actions.c */
void supervisor_act_ping(Supervisor *s);
void supervisor_act_look_up(Supervisor *s);
void supervisor_act_remove_old(Supervisor *s);
void supervisor_act_create(Supervisor *s);
void supervisor_act_prepare(Supervisor *s);
void supervisor_act_remove(Supervisor *s);
void supervisor_act_attach(Supervisor *s);
void supervisor_act_start(Supervisor *s);
void supervisor_act_inspect(Supervisor *s);
void supervisor_act_resume(Supervisor *s);
void supervisor_act_stop(Supervisor *s);
void supervisor_act_give_up(Supervisor *s);
void supervisor_act_kill(Supervisor *s);
void supervisor_act_drain(Supervisor *s);
void supervisor_act_linger(Supervisor *s);
void supervisor_act_compare(Supervisor *s);
void supervisor_act_forget(Supervisor *s);
void supervisor_act_settle(Supervisor *s);
void supervisor_act_kill_old(Supervisor *s);
int supervisor_on_retry(sd_event_source *source, uint64_t usec, void *userdata);
/* Passes a signal on to the container, nobody waits for the answer. */
void supervisor_forward_signal(Supervisor *s, int signo);

/* reports-image.c */
void supervisor_act_pull(Supervisor *s);

/* reports.c */
/* Takes what inspect said over, and reports what differs. */
void supervisor_report_info(Supervisor *s, ContainerInfo *info);
extern const SignalsOps supervisor_signals_ops;
extern const EngineEventsOps supervisor_engine_events_ops;
extern const ExitWaitOps supervisor_exit_wait_ops;
void supervisor_report_exit_code(Supervisor *s, int code);
void supervisor_report_dead(Supervisor *s);
/* inspect says so: the engine knows it, too. */
void supervisor_report_not_running(Supervisor *s, int code);

/* reports-unit-link.c */
extern const UnitLinkOps supervisor_unit_link_ops;
/* The op say() of parts: a line for the log. */
void supervisor_say(int level, const char *message_id, const char *message, void *userdata);
/* Asks systemd for the unit's properties, which then become facts. */
void supervisor_ask_unit(Supervisor *s);

/* reports-condition.c */
extern const ConditionOps supervisor_condition_ops;
/* Whether the options can be used with the container; -EINVAL: no, and the failure is recorded. */
int supervisor_check_health_options(Supervisor *s);
/* READY=1, once. */
void supervisor_send_ready(Supervisor *s);

/* reports-relay.c */
extern const RelayOps supervisor_relay_ops;
/* Like relay_open(); a failure is recorded. */
int supervisor_open_relay(Supervisor *s);

/* announce.c */
void supervisor_announce(Supervisor *s);
void supervisor_hand_back(Supervisor *s);
/* Has the container reload, by this signal. */
void supervisor_reload(Supervisor *s, int signo);
void supervisor_goodbye(Supervisor *s);

/* reports-process.c */
extern const ProcessOps supervisor_process_ops;
/* The process that inspect named, if it still is the container's and on this machine. 0: it is watched, or
 * there is nothing that we could watch. -ESRCH: it is dead already. -EXDEV: it is not where it has to be,
 * which is recorded as a failure. */
int supervisor_watch_process(Supervisor *s);
/* Records whether the container is deaf to its stop signal. */
void supervisor_note_stop_signal(Supervisor *s);

/* reports-placement.c */
int supervisor_make_placement(Supervisor *s);
/* placement_decide(): 0 where info is needed for it. A failure is recorded. */
int supervisor_decide_placement(Supervisor *s, const EngineInfo *info);
/* placement_write_note() and placement_check(); a failure is recorded. */
int supervisor_write_note(Supervisor *s);
int supervisor_check_place(Supervisor *s);
/* The engine has failed to create or start the container, with this message. True: the next cgroup mode is
 * to be tried, and event is pushed. False: the message is not about the cgroup mode, or there is no other
 * one. */
bool supervisor_fall_back(Supervisor *s, const char *message, LifeEvent event);

/* input.c */
int supervisor_open_input(Supervisor *s);

/* reports-creation.c */
int supervisor_make_creation(Supervisor *s);

/* request.c */
/* Builds the request that creates the container, for the engine that we are connected to. -errno: the
 * failure is recorded. */
int supervisor_build_request(Supervisor *s);

/* reports-output.c */
int supervisor_open_output(Supervisor *s);
/* The container's output can't be opened once more. */
void supervisor_report_output_failure(Supervisor *s, int error);
