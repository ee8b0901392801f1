/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The life of a service as a table: in which state what happens leads where, and what is to be done then.
 * Pure. */

#include <stdbool.h>
#include <stdint.h>

typedef enum State {
        STATE_INIT,
        STATE_CONNECTING,   /* the engine has not answered yet */
        STATE_LOOKING_UP,   /* is there a container of our name? */
        STATE_REMOVING_OLD, /* one that is in the way */
        STATE_SETTLING,     /* one that is dead: until the engine has noticed */
        STATE_KILLING_OLD,  /* … which it has not: it is told to kill the container */
        STATE_PULLING,
        STATE_CREATING,
        STATE_PREPARING, /* the container is there: what is it like? */
        STATE_ATTACHING, /* opening events, exit status and output, before it starts */
        STATE_STARTING,
        STATE_INSPECTING, /* it should run: which process is it? */
        STATE_RUNNING,
        STATE_STOPPING,
        STATE_KILLING,
        STATE_DRAINING,  /* it is dead: waiting for its exit status and the end of its output */
        STATE_LINGERING, /* somebody else stopped it: is it `docker stop`, or half of `docker restart`? */
        STATE_REMOVING,
        STATE_DONE,
        _STATE_MAX,
} State;

typedef enum LifeEvent {
        LIFE_BEGIN,
        LIFE_CONNECTED,
        LIFE_ABSENT,          /* no container of our name */
        LIFE_FOUND_STALE,     /* one that has to go */
        LIFE_FOUND_DEAD,      /* the engine says that it runs, but its process is dead */
        LIFE_FOUND_UNNOTICED, /* … still, after the time that the engine had to notice */
        LIFE_SETTLED,         /* the engine has noticed, or the container is gone */
        LIFE_FOUND,           /* one to go on with */
        LIFE_IMAGE_WANTED,    /* the image has to be pulled first */
        LIFE_PULLED,
        LIFE_CREATED,
        LIFE_PREPARED,
        LIFE_ATTACHED,         /* … and it is to be started */
        LIFE_ATTACHED_RUNNING, /* … and it runs already */
        LIFE_STARTED,
        LIFE_ALIVE, /* its process is known and watched */
        LIFE_DETACH,
        LIFE_DIED,
        LIFE_FINISHED,          /* dead, exit status known, output at its end */
        LIFE_STOPPED_BY_OTHERS, /* the same, but it may come back */
        LIFE_RESTARTED,         /* it runs again */
        LIFE_REMOVED,
        LIFE_STOP,        /* SIGTERM, SIGINT */
        LIFE_GIVE_UP,     /* the container runs, but the service has failed */
        LIFE_CANCEL,      /* a stop was asked for before it was started */
        LIFE_ENGINE_GONE, /* … in a start, which waits for it as at its beginning */
        LIFE_FAILED,      /* the step can't be done; what and why is recorded */
        LIFE_DEADLINE,
        _LIFE_EVENT_MAX,
} LifeEvent;

/* What is to be done on a transition, in this order. FAIL_TIMEOUT is done by the deadline itself. */
typedef enum Action {
        ACTION_PING = 1U << 0,
        ACTION_LOOK_UP = 1U << 1,
        ACTION_REMOVE_OLD = 1U << 2,
        ACTION_PULL = 1U << 3,
        ACTION_CREATE = 1U << 4,
        ACTION_PREPARE = 1U << 5,
        ACTION_RESUME = 1U << 6, /* forgets the death before: a new life of the container begins */
        ACTION_ATTACH = 1U << 7,
        ACTION_START = 1U << 8,
        ACTION_INSPECT = 1U << 9,
        ACTION_ANNOUNCE = 1U << 10,
        ACTION_STOP = 1U << 11,
        ACTION_GIVE_UP = 1U << 12,
        ACTION_KILL = 1U << 13,
        ACTION_HAND_BACK = 1U << 14,
        ACTION_DRAIN = 1U << 15,
        ACTION_LINGER = 1U << 16,
        ACTION_REMOVE = 1U << 17,
        ACTION_SETTLE = 1U << 18, /* forgets the life that is over, and waits for the engine to notice */
        ACTION_KILL_OLD = 1U << 19,
        ACTION_FORGET = 1U << 20, /* forgets a life that did not begin: the container is created again */
        ACTION_FAIL_TIMEOUT = 1U << 21, /* records that the deadline of the state is the failure */
        ACTION_AWAIT_ENGINE = 1U << 22, /* forgets how far the start has come, and waits for the engine */
        _ACTION_MAX = 1U << 23,
} Action;

typedef struct Transition {
        bool known;  /* false: this can't happen in this state */
        bool ignore; /* it can, and changes nothing */
        State next;
        uint32_t actions; /* of Action */
} Transition;

/* What holds in some of the states, for those who ask: nobody but the machine compares the state itself. */
typedef enum Phase {
        PHASE_OLD = 1U << 0,       /* what is removed is an old container that is in the way */
        PHASE_ATTACHING = 1U << 1, /* a stream that cannot be opened is the failure of the start */
        PHASE_LIVE = 1U << 2,      /* the container runs, as far as is known: its death is news */
        PHASE_RUNNING = 1U << 3,   /* … and nothing else is under way */
        PHASE_SERVING = 1U << 4,   /* … systemd knows of it, and is told what happens to the engine */
        PHASE_OVER = 1U << 5,      /* this life of the container is over: a start is another life */
        PHASE_DRAINING = 1U << 6,  /* … the rest of its output is read */
        PHASE_LINGERING = 1U << 7, /* … somebody else may start it again */
        PHASE_CREATING = 1U << 8,  /* the container does not exist yet */
} Phase;

/* Sources that only some states may have; supervisor_set_state() frees them on the way into others. */
typedef enum SourceMask {
        SOURCE_PULL = 1U << 0,    /* credential helper, timer of the next try */
        SOURCE_STREAMS = 1U << 1, /* events, exit status */
        SOURCE_LOG = 1U << 2,
        SOURCE_PROCESS = 1U << 3, /* pidfd, cgroup */
        SOURCE_WATCHDOG = 1U << 4,
        SOURCE_INPUT = 1U << 5, /* to the container's standard input: only while it lives */
        SOURCE_RELAY = 1U << 6, /* the container's notification socket */
        SOURCE_RETRY =
                1U << 7, /* timer: when to ask the engine again, for an answer or for the stop signal */
} SourceMask;

typedef struct StateTraits {
        char status[64];        /* STATUS= while in it; "": it has its own */
        uint64_t deadline_usec; /* UINT64_MAX: none; 0: computed (see verdict_deadline()) */
        uint32_t sources;       /* of SourceMask: they may stay */
        uint32_t phases;        /* of Phase */
} StateTraits;

const Transition *state_transition(State state, LifeEvent event);
const StateTraits *state_traits(State state);
/* What STATUS= says while in it; NULL: the state has its own. */
const char *state_status(State state);

const char *state_to_string(State s);
int state_from_string(const char *s);
const char *life_event_to_string(LifeEvent e);
int life_event_from_string(const char *s);
