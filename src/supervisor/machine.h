/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The supervisor object, and what every file of this folder uses: the queue, the deadline. What
 * one file has for others stands in the header of its name. For the files of this folder only:
 *
 *   supervisor.c  life and end of the object
 *   machine.c     what every file uses: push, wake, the deadline
 *   failure.c     how the service fails: what is said of it
 *   refusal.c     the same for what the engine refuses
 *   life-queue.c  the event queue (pure)
 *   dispatch.c    the one place where the state changes
 *   state.c       the state machine's tables (pure)
 *   verdict.c     what the facts mean together (pure)
 *   actions.c     which function does what a transition asks for
 *   step.c        requests to the engine, as the states use them
 *   connect.c, look-up.c, create.c, remove.c, settle.c, life.c, stop.c
 *                 what is done in which part of a life, and what its answers mean
 *   reports.c     what the sources report, turned into events
 *   news.c        what several sources may be the first to learn
 *   announce.c    what systemd is told when the container runs, when it is to reload, and at the end
 *   reports-X.c   what the part X reports
 *   creation.c    from the options to a container, with cidfile.c and container-logins.c
 *   found.c       what happens to a container that exists (pure)
 *   claim.c       which living supervisor has a container
 *   input.c       our standard input on its way to the container
 *   give-back.c   memory that the start or a burst has needed */

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
#include "life-queue.h"
#include "loop/signals.h"
#include "run/run-request.h"
#include "state.h"
#include "supervisor/supervisor.h"
#include "systemd/condition.h"
#include "systemd/engine-guard.h"
#include "systemd/relay.h"
#include "systemd/unit-link.h"
#include "timeouts.h"
#include "json/json.h"

typedef struct SideCall SideCall;
typedef struct PendingFailure PendingFailure;

struct Supervisor {
        SupervisorConfig config;
        const Facts *facts; /* read by all … */
        Record *record;     /* … written by its functions only */

        /* The loop and the machine */
        sd_event *event;
        State state;
        LifeQueue queue;
        bool compare_wanted, owner_wanted;
        PendingFailure *pending_failure; /* what is said once it is known who has what we wanted */
        char *failure_status;            /* the first failure, for STATUS=; NULL: none */
        sd_event_source *dispatch;       /* runs the queue: outside of every source's callback */
        sd_event_source *deadline;
        uint64_t deadline_usec;     /* what it was armed with */
        sd_event_source *retry;     /* the next attempt to reach the engine */
        sd_event_source *give_back; /* memory */
        bool give_back_waits;       /* … armed */
        unsigned lines_since;       /* … the last time */

        /* Sources */
        Signals *signals;
        Engine *engine;
        EngineRequest *request; /* what the state waits for */
        ExitWait *exit_wait;
        EngineEvents *events;
        const EngineEventsOps *events_ops;
        EngineGuard *engine_guard; /* what would start an engine that somebody has stopped */
        Output *output;
        InputStream *input;
        Process *process;     /* the container's first one, where it can be seen */
        Placement *placement; /* of the container in the unit's cgroup */
        UnitLink *unit_link;
        Condition *condition;
        Relay *relay;
        bool reloading;       /* systemd waits for READY=1 after RELOADING=1 of ours */
        SideCall *side_calls; /* requests nobody waits for: signals passed on, pings of the engine */

        /* What we know */
        uint64_t connect_backoff;
        char *connect_message;
        bool stop_was_refused; /* the engine has not sent the stop signal, and this was said */
        bool first_start;      /* the container that is being started has never run */
        bool image_differs;    /* the container that was found is not of the image that the unit names */
        bool settled;          /* in this stay in RUNNING, there was nothing to do */

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
/* phases: of Phase. Whether one of them holds. */
bool supervisor_in(const Supervisor *s, uint32_t phases);
