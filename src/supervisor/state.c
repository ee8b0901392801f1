/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The state machine's tables.
 *
 * Three kinds of cell: TO (a transition, with what is to be done), IGNORE (it may happen here and changes
 * nothing), and none at all: then it can't happen, which is logged and makes the tests fail. LIFE_STOP is
 * ignored where a step has to end first; dispatch.c offers it again in every new state once a stop is
 * asked for. */

#include "state.h"
#include "timeouts.h"
#include "util/macro.h"
#include "util/string-table.h"

#define TO(state, what)                                                                                     \
        {                                                                                                   \
                .known = true, .next = (state), .actions = (what)                                           \
        }
#define IGNORE                                                                                              \
        {                                                                                                   \
                .known = true, .ignore = true                                                               \
        }
#define SEC(n) ((n) *USEC_PER_SEC)
#define NEVER UINT64_MAX
#define COMPUTED 0
#define ASKING (REQUEST_TIMEOUT_USEC + DEADLINE_MARGIN_USEC)

#define TIMED_OUT ACTION_FAIL_TIMEOUT

/* What was begun is looked up, whatever became of it. */
#define BEGIN_AGAIN TO(STATE_CONNECTING, ACTION_AWAIT_ENGINE)

/* What the sources of a container that exists may report at any time. */
#define IGNORE_LATE_NEWS                                                                                    \
        [LIFE_DIED] = IGNORE, [LIFE_FINISHED] = IGNORE, [LIFE_RESTARTED] = IGNORE, [LIFE_ALIVE] = IGNORE

static const Transition transitions[_STATE_MAX][_LIFE_EVENT_MAX] = {
        [STATE_INIT] = {
                [LIFE_BEGIN] = TO(STATE_CONNECTING, ACTION_PING),
                [LIFE_STOP] = IGNORE,
        },
        [STATE_CONNECTING] = {
                [LIFE_CONNECTED] = TO(STATE_LOOKING_UP, ACTION_LOOK_UP),
                [LIFE_FAILED] = TO(STATE_DONE, 0),
                [LIFE_DEADLINE] = TO(STATE_DONE, TIMED_OUT),
                [LIFE_STOP] = TO(STATE_DONE, 0),
                /* Of the start that has lost the engine. */
                [LIFE_ENGINE_GONE] = IGNORE,
                IGNORE_LATE_NEWS,
        },
        [STATE_LOOKING_UP] = {
                [LIFE_SETTLED] = IGNORE, /* it came together with the deadline */
                [LIFE_ABSENT] = TO(STATE_CREATING, ACTION_CREATE),
                [LIFE_IMAGE_WANTED] = TO(STATE_PULLING, ACTION_PULL),
                [LIFE_FOUND_STALE] = TO(STATE_REMOVING_OLD, ACTION_REMOVE_OLD),
                [LIFE_FOUND_DEAD] = TO(STATE_SETTLING, ACTION_SETTLE),
                [LIFE_FOUND_UNNOTICED] = TO(STATE_KILLING_OLD, ACTION_KILL_OLD),
                [LIFE_FOUND] = TO(STATE_ATTACHING, ACTION_ATTACH),
                [LIFE_ENGINE_GONE] = BEGIN_AGAIN,
                [LIFE_FAILED] = TO(STATE_DONE, 0),
                [LIFE_DEADLINE] = TO(STATE_DONE, TIMED_OUT),
                [LIFE_STOP] = IGNORE, /* a running container of our name has to be stopped */
        },
        [STATE_REMOVING_OLD] = {
                [LIFE_REMOVED] = TO(STATE_LOOKING_UP, ACTION_LOOK_UP),
                [LIFE_ENGINE_GONE] = BEGIN_AGAIN,
                [LIFE_FAILED] = TO(STATE_DONE, 0),
                [LIFE_DEADLINE] = TO(STATE_DONE, TIMED_OUT),
                [LIFE_STOP] = IGNORE,
                IGNORE_LATE_NEWS, /* of a start that has failed */
        },
        [STATE_SETTLING] = {
                [LIFE_SETTLED] = TO(STATE_LOOKING_UP, ACTION_LOOK_UP),
                [LIFE_DEADLINE] = TO(STATE_LOOKING_UP, ACTION_LOOK_UP),
                [LIFE_ENGINE_GONE] = IGNORE,
                [LIFE_FAILED] = TO(STATE_DONE, 0),
                [LIFE_STOP] = TO(STATE_REMOVING, ACTION_REMOVE), /* there is nothing to be stopped */
                /* Of the life that is over, where it was adopted first. */
                [LIFE_ATTACHED_RUNNING] = IGNORE,
                [LIFE_FOUND_DEAD] = IGNORE,
                [LIFE_GIVE_UP] = IGNORE,
                [LIFE_DETACH] = IGNORE,
                IGNORE_LATE_NEWS,
        },
        [STATE_KILLING_OLD] = {
                [LIFE_SETTLED] = TO(STATE_LOOKING_UP, ACTION_LOOK_UP),
                [LIFE_DEADLINE] = TO(STATE_LOOKING_UP, ACTION_LOOK_UP),
                [LIFE_ENGINE_GONE] = BEGIN_AGAIN,
                [LIFE_FAILED] = TO(STATE_DONE, 0),
                [LIFE_STOP] = TO(STATE_REMOVING, ACTION_REMOVE),
        },
        [STATE_PULLING] = {
                [LIFE_PULLED] = TO(STATE_CREATING, ACTION_CREATE),
                [LIFE_FOUND] = TO(STATE_LOOKING_UP, ACTION_LOOK_UP), /* --pull=always without --rm */
                [LIFE_ENGINE_GONE] = BEGIN_AGAIN,
                [LIFE_FAILED] = TO(STATE_DONE, 0),
                [LIFE_STOP] = TO(STATE_DONE, 0),
        },
        [STATE_CREATING] = {
                [LIFE_CREATED] = TO(STATE_PREPARING, ACTION_PREPARE),
                [LIFE_IMAGE_WANTED] = TO(STATE_PULLING, ACTION_PULL),
                /* Somebody took the name meanwhile, or another cgroup mode has to be tried. */
                [LIFE_FOUND] = TO(STATE_LOOKING_UP, ACTION_LOOK_UP),
                [LIFE_ENGINE_GONE] = BEGIN_AGAIN,
                [LIFE_FAILED] = TO(STATE_DONE, 0),
                [LIFE_DEADLINE] = TO(STATE_DONE, TIMED_OUT),
                [LIFE_STOP] = IGNORE, /* what comes of it has to be removed */
        },
        [STATE_PREPARING] = {
                [LIFE_PREPARED] = TO(STATE_ATTACHING, ACTION_ATTACH),
                [LIFE_CREATED] = TO(STATE_PREPARING, ACTION_PREPARE), /* its logins are in it now */
                [LIFE_ENGINE_GONE] = BEGIN_AGAIN,
                [LIFE_FAILED] = TO(STATE_REMOVING, ACTION_REMOVE),
                [LIFE_DEADLINE] = TO(STATE_REMOVING, TIMED_OUT | ACTION_REMOVE),
                [LIFE_STOP] = IGNORE,
        },
        [STATE_ATTACHING] = {
                [LIFE_ATTACHED] = TO(STATE_STARTING, ACTION_START),
                [LIFE_ATTACHED_RUNNING] = TO(STATE_INSPECTING, ACTION_INSPECT),
                [LIFE_FOUND_DEAD] = TO(STATE_SETTLING, ACTION_SETTLE),
                [LIFE_CANCEL] = TO(STATE_REMOVING, ACTION_REMOVE),
                [LIFE_ENGINE_GONE] = BEGIN_AGAIN,
                [LIFE_FAILED] = TO(STATE_REMOVING, ACTION_REMOVE),
                [LIFE_DEADLINE] = TO(STATE_REMOVING, TIMED_OUT | ACTION_REMOVE),
                [LIFE_STOP] = IGNORE,
                IGNORE_LATE_NEWS,
        },
        [STATE_STARTING] = {
                [LIFE_STARTED] = TO(STATE_INSPECTING, ACTION_INSPECT),
                /* It can't be created in the unit's cgroup, and will be created elsewhere. */
                [LIFE_FOUND_STALE] = TO(STATE_REMOVING_OLD, ACTION_FORGET | ACTION_REMOVE_OLD),
                [LIFE_ENGINE_GONE] = BEGIN_AGAIN,
                [LIFE_FAILED] = TO(STATE_REMOVING, ACTION_REMOVE),
                [LIFE_DEADLINE] = TO(STATE_REMOVING, TIMED_OUT | ACTION_REMOVE),
                [LIFE_STOP] = IGNORE,
                IGNORE_LATE_NEWS,
        },
        [STATE_INSPECTING] = {
                [LIFE_ALIVE] = TO(STATE_RUNNING, ACTION_ANNOUNCE),
                [LIFE_FOUND_DEAD] = TO(STATE_SETTLING, ACTION_SETTLE),
                [LIFE_DIED] = TO(STATE_DRAINING, ACTION_HAND_BACK | ACTION_DRAIN),
                [LIFE_ENGINE_GONE] = BEGIN_AGAIN,
                [LIFE_FAILED] = TO(STATE_REMOVING, ACTION_REMOVE),
                [LIFE_DEADLINE] = TO(STATE_REMOVING, TIMED_OUT | ACTION_REMOVE),
                [LIFE_STOP] = IGNORE,
                [LIFE_FINISHED] = IGNORE,
                [LIFE_RESTARTED] = IGNORE,
        },
        [STATE_RUNNING] = {
                [LIFE_STOP] = TO(STATE_STOPPING, ACTION_STOP),
                [LIFE_GIVE_UP] = TO(STATE_STOPPING, ACTION_GIVE_UP),
                [LIFE_DETACH] = TO(STATE_DONE, 0),
                [LIFE_FOUND_DEAD] = TO(STATE_SETTLING, ACTION_SETTLE), /* before systemd has heard of it */
                [LIFE_DIED] = TO(STATE_DRAINING, ACTION_HAND_BACK | ACTION_DRAIN),
                [LIFE_RESTARTED] = IGNORE, /* the event of our own start */
                [LIFE_ALIVE] = IGNORE,
                [LIFE_FAILED] = IGNORE,
                [LIFE_FINISHED] = IGNORE,
        },
        [STATE_STOPPING] = {
                [LIFE_DIED] = TO(STATE_DRAINING, ACTION_HAND_BACK | ACTION_DRAIN),
                [LIFE_DEADLINE] = TO(STATE_KILLING, ACTION_KILL),
                [LIFE_STOP] = IGNORE,
                [LIFE_GIVE_UP] = IGNORE,
                [LIFE_DETACH] = IGNORE,
                [LIFE_RESTARTED] = IGNORE,
                [LIFE_ALIVE] = IGNORE,
                [LIFE_FAILED] = IGNORE, /* the deadline is behind it */
                [LIFE_FINISHED] = IGNORE,
        },
        [STATE_KILLING] = {
                [LIFE_DIED] = TO(STATE_DRAINING, ACTION_HAND_BACK | ACTION_DRAIN),
                [LIFE_DEADLINE] = TO(STATE_DRAINING, TIMED_OUT | ACTION_HAND_BACK | ACTION_DRAIN),
                [LIFE_STOP] = IGNORE,
                [LIFE_GIVE_UP] = IGNORE,
                [LIFE_RESTARTED] = IGNORE,
                [LIFE_ALIVE] = IGNORE,
                [LIFE_FAILED] = IGNORE,
                [LIFE_FINISHED] = IGNORE,
        },
        [STATE_DRAINING] = {
                [LIFE_FINISHED] = TO(STATE_REMOVING, ACTION_REMOVE),
                [LIFE_STOPPED_BY_OTHERS] = TO(STATE_LINGERING, ACTION_LINGER),
                [LIFE_RESTARTED] = TO(STATE_ATTACHING, ACTION_RESUME | ACTION_ATTACH),
                [LIFE_DEADLINE] = TO(STATE_REMOVING, ACTION_REMOVE),
                [LIFE_STOP] = IGNORE,
                [LIFE_GIVE_UP] = IGNORE,
                [LIFE_DIED] = IGNORE,
                [LIFE_ALIVE] = IGNORE,
                [LIFE_ENGINE_GONE] = IGNORE,
                [LIFE_FAILED] = IGNORE,
        },
        [STATE_LINGERING] = {
                [LIFE_RESTARTED] = TO(STATE_INSPECTING, ACTION_RESUME | ACTION_INSPECT),
                [LIFE_STOPPED_BY_OTHERS] = TO(STATE_LINGERING, 0), /* a new deadline */
                [LIFE_FINISHED] = TO(STATE_REMOVING, ACTION_REMOVE),
                [LIFE_DEADLINE] = TO(STATE_REMOVING, ACTION_REMOVE),
                /* A stop waits here: amid a `docker restart` it would leave the container running. */
                [LIFE_STOP] = IGNORE,
                [LIFE_GIVE_UP] = IGNORE,
                [LIFE_DIED] = IGNORE,
                [LIFE_ALIVE] = IGNORE,
                [LIFE_FAILED] = IGNORE,
        },
        [STATE_REMOVING] = {
                [LIFE_SETTLED] = IGNORE,
                [LIFE_REMOVED] = TO(STATE_DONE, 0),
                [LIFE_RESTARTED] = IGNORE,
                /* A container that stays is no failure of the service: the next start removes it. */
                [LIFE_ENGINE_GONE] = IGNORE,
                [LIFE_FAILED] = TO(STATE_DONE, 0),
                [LIFE_DEADLINE] = TO(STATE_DONE, 0),
                [LIFE_STOP] = IGNORE,
                [LIFE_GIVE_UP] = IGNORE,
                [LIFE_DIED] = IGNORE,
                [LIFE_ALIVE] = IGNORE,
                [LIFE_FINISHED] = IGNORE,
        },
        [STATE_DONE] = {
                [LIFE_STOP] = IGNORE,
                [LIFE_GIVE_UP] = IGNORE,
                IGNORE_LATE_NEWS,
                [LIFE_REMOVED] = IGNORE,
                [LIFE_ENGINE_GONE] = IGNORE,
                [LIFE_FAILED] = IGNORE,
        },
};

#define ALL_SOURCES                                                                                         \
        (SOURCE_STREAMS | SOURCE_LOG | SOURCE_PROCESS | SOURCE_WATCHDOG | SOURCE_INPUT | SOURCE_RELAY)

#define ALIVE (PHASE_LIVE | PHASE_SERVING)

/* Status, deadline, sources, phases. */
static const StateTraits traits[_STATE_MAX] = {
        [STATE_INIT] = { "", NEVER, 0, 0 },
        [STATE_CONNECTING] = { "Waiting for the Docker engine", COMPUTED, SOURCE_RETRY, 0 },
        [STATE_LOOKING_UP] = { "Looking for the container", ASKING, 0, 0 },
        [STATE_REMOVING_OLD] = { "Removing the old container", COMPUTED, 0, PHASE_OLD },
        [STATE_SETTLING] = { "Waiting for the engine to notice that the container is dead",
                             ENGINE_NOTICE_USEC, 0, 0 },
        [STATE_KILLING_OLD] = { "Having the engine kill a container that is dead", COMPUTED, 0, 0 },
        [STATE_PULLING] = { "Pulling the image", NEVER, SOURCE_PULL, 0 },
        [STATE_CREATING] = { "Creating the container", COMPUTED, 0, PHASE_CREATING },
        [STATE_PREPARING] = { "Creating the container", ASKING, 0, 0 },
        [STATE_ATTACHING] = { "Attaching to the container", ASKING, ALL_SOURCES, PHASE_ATTACHING },
        [STATE_STARTING] = { "Starting the container", COMPUTED, ALL_SOURCES, 0 },
        [STATE_INSPECTING] = { "Starting the container", ASKING, ALL_SOURCES, PHASE_LIVE },
        [STATE_RUNNING] = { "", NEVER, ALL_SOURCES, ALIVE | PHASE_RUNNING },
        [STATE_STOPPING] = { "Stopping the container", COMPUTED, ALL_SOURCES | SOURCE_RETRY, ALIVE },
        [STATE_KILLING] = { "Killing the container", SEC(20), ALL_SOURCES, PHASE_LIVE },
        [STATE_DRAINING] = { "Container has ended, reading the rest of its output", ENGINE_NOTICE_USEC,
                             ALL_SOURCES & ~SOURCE_INPUT, PHASE_OVER | PHASE_DRAINING },
        [STATE_LINGERING] = { "Container was stopped by others, waiting for a restart", COMPUTED,
                              ALL_SOURCES & ~(SOURCE_PROCESS | SOURCE_INPUT), PHASE_OVER | PHASE_LINGERING },
        [STATE_REMOVING] = { "Removing the container", SEC(20), SOURCE_STREAMS | SOURCE_WATCHDOG, 0 },
        [STATE_DONE] = { "", NEVER, 0, 0 },
};

static const char state_table[_STATE_MAX][16] = {
        [STATE_INIT] = "init",
        [STATE_CONNECTING] = "connecting",
        [STATE_LOOKING_UP] = "looking-up",
        [STATE_REMOVING_OLD] = "removing-old",
        [STATE_SETTLING] = "settling",
        [STATE_KILLING_OLD] = "killing-old",
        [STATE_PULLING] = "pulling",
        [STATE_CREATING] = "creating",
        [STATE_PREPARING] = "preparing",
        [STATE_ATTACHING] = "attaching",
        [STATE_STARTING] = "starting",
        [STATE_INSPECTING] = "inspecting",
        [STATE_RUNNING] = "running",
        [STATE_STOPPING] = "stopping",
        [STATE_KILLING] = "killing",
        [STATE_DRAINING] = "draining",
        [STATE_LINGERING] = "lingering",
        [STATE_REMOVING] = "removing",
        [STATE_DONE] = "done",
};
DEFINE_STRING_TABLE(state, State)

static const char life_event_table[_LIFE_EVENT_MAX][24] = {
        [LIFE_BEGIN] = "begin",
        [LIFE_CONNECTED] = "connected",
        [LIFE_ABSENT] = "absent",
        [LIFE_FOUND_STALE] = "found-stale",
        [LIFE_FOUND_DEAD] = "found-dead",
        [LIFE_FOUND_UNNOTICED] = "found-unnoticed",
        [LIFE_SETTLED] = "settled",
        [LIFE_FOUND] = "found",
        [LIFE_IMAGE_WANTED] = "image-wanted",
        [LIFE_PULLED] = "pulled",
        [LIFE_CREATED] = "created",
        [LIFE_PREPARED] = "prepared",
        [LIFE_ATTACHED] = "attached",
        [LIFE_ATTACHED_RUNNING] = "attached-running",
        [LIFE_STARTED] = "started",
        [LIFE_ALIVE] = "alive",
        [LIFE_DETACH] = "detach",
        [LIFE_DIED] = "died",
        [LIFE_FINISHED] = "finished",
        [LIFE_STOPPED_BY_OTHERS] = "stopped-by-others",
        [LIFE_RESTARTED] = "restarted",
        [LIFE_REMOVED] = "removed",
        [LIFE_STOP] = "stop",
        [LIFE_GIVE_UP] = "give-up",
        [LIFE_CANCEL] = "cancel",
        [LIFE_ENGINE_GONE] = "engine-gone",
        [LIFE_FAILED] = "failed",
        [LIFE_DEADLINE] = "deadline",
};
DEFINE_STRING_TABLE(life_event, LifeEvent)

const Transition *state_transition(State state, LifeEvent event)
{
        assert(state < _STATE_MAX);
        assert(event < _LIFE_EVENT_MAX);
        return &transitions[state][event];
}

const StateTraits *state_traits(State state)
{
        assert(state < _STATE_MAX);
        return &traits[state];
}

const char *state_status(State state)
{
        const StateTraits *t = state_traits(state);

        return *t->status ? t->status : NULL;
}
