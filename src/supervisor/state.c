/* SPDX-License-Identifier: Apache-2.0 */

/* The state machine's tables.
 *
 * Three kinds of cell: TO (a transition, with what is to be done), IGNORE (it may happen here and changes
 * nothing), and none at all: then it can't happen, which is logged and makes the tests fail. EVENT_STOP is ignored
 * where a step has to end first; supervisor.c offers it again in every new state once a stop is asked for. */

#include "supervisor/state.h"
#include "util/macro.h"
#include "util/string-table.h"

#define TO(state, what) { .known = true, .next = (state), .actions = (what) }
#define IGNORE { .known = true, .ignore = true }
#define SEC(n) ((n) * USEC_PER_SEC)
#define NEVER UINT64_MAX
#define COMPUTED 0

#define TIMED_OUT ACTION_FAIL_TIMEOUT

/* What the sources of a container that exists may report at any time. */
#define IGNORE_LATE_NEWS                                                                                     \
        [EVENT_DIED] = IGNORE, [EVENT_FINISHED] = IGNORE, [EVENT_RESTARTED] = IGNORE, [EVENT_ALIVE] = IGNORE

static const Transition transitions[_STATE_MAX][_EVENT_MAX] = {
        [STATE_INIT] = {
                [EVENT_BEGIN] = TO(STATE_CONNECTING, ACTION_PING),
                [EVENT_STOP] = IGNORE,
        },
        [STATE_CONNECTING] = {
                [EVENT_CONNECTED] = TO(STATE_LOOKING_UP, ACTION_LOOK_UP),
                [EVENT_FAILED] = TO(STATE_DONE, 0),
                [EVENT_DEADLINE] = TO(STATE_DONE, TIMED_OUT),
                [EVENT_STOP] = TO(STATE_DONE, 0),
        },
        [STATE_LOOKING_UP] = {
                [EVENT_ABSENT] = TO(STATE_CREATING, ACTION_CREATE),
                [EVENT_IMAGE_WANTED] = TO(STATE_PULLING, ACTION_PULL),
                [EVENT_FOUND_STALE] = TO(STATE_REMOVING_OLD, ACTION_REMOVE_OLD),
                [EVENT_FOUND] = TO(STATE_ATTACHING, ACTION_ATTACH),
                [EVENT_FAILED] = TO(STATE_DONE, 0),
                [EVENT_DEADLINE] = TO(STATE_DONE, TIMED_OUT),
                [EVENT_STOP] = IGNORE, /* a running container of our name has to be stopped */
        },
        [STATE_REMOVING_OLD] = {
                [EVENT_REMOVED] = TO(STATE_LOOKING_UP, ACTION_LOOK_UP),
                [EVENT_FAILED] = TO(STATE_DONE, 0),
                [EVENT_DEADLINE] = TO(STATE_DONE, TIMED_OUT),
                [EVENT_STOP] = IGNORE,
        },
        [STATE_PULLING] = {
                [EVENT_PULLED] = TO(STATE_CREATING, ACTION_CREATE),
                [EVENT_FAILED] = TO(STATE_DONE, 0),
                [EVENT_STOP] = TO(STATE_DONE, 0),
        },
        [STATE_CREATING] = {
                [EVENT_CREATED] = TO(STATE_PREPARING, ACTION_PREPARE),
                [EVENT_IMAGE_WANTED] = TO(STATE_PULLING, ACTION_PULL),
                [EVENT_FOUND] = TO(STATE_LOOKING_UP, ACTION_LOOK_UP), /* somebody took the name meanwhile */
                [EVENT_FAILED] = TO(STATE_DONE, 0),
                [EVENT_DEADLINE] = TO(STATE_DONE, TIMED_OUT),
                [EVENT_STOP] = IGNORE, /* what comes of it has to be removed */
        },
        [STATE_PREPARING] = {
                [EVENT_PREPARED] = TO(STATE_ATTACHING, ACTION_ATTACH),
                [EVENT_FAILED] = TO(STATE_REMOVING, ACTION_REMOVE),
                [EVENT_DEADLINE] = TO(STATE_REMOVING, TIMED_OUT | ACTION_REMOVE),
                [EVENT_STOP] = IGNORE,
        },
        [STATE_ATTACHING] = {
                [EVENT_ATTACHED] = TO(STATE_STARTING, ACTION_START),
                [EVENT_ATTACHED_RUNNING] = TO(STATE_INSPECTING, ACTION_INSPECT),
                [EVENT_CANCEL] = TO(STATE_REMOVING, ACTION_REMOVE),
                [EVENT_FAILED] = TO(STATE_REMOVING, ACTION_REMOVE),
                [EVENT_DEADLINE] = TO(STATE_REMOVING, TIMED_OUT | ACTION_REMOVE),
                [EVENT_STOP] = IGNORE,
                IGNORE_LATE_NEWS,
        },
        [STATE_STARTING] = {
                [EVENT_STARTED] = TO(STATE_INSPECTING, ACTION_INSPECT),
                [EVENT_FAILED] = TO(STATE_REMOVING, ACTION_REMOVE),
                [EVENT_DEADLINE] = TO(STATE_REMOVING, TIMED_OUT | ACTION_REMOVE),
                [EVENT_STOP] = IGNORE,
                IGNORE_LATE_NEWS,
        },
        [STATE_INSPECTING] = {
                [EVENT_ALIVE] = TO(STATE_RUNNING, ACTION_ANNOUNCE),
                [EVENT_DIED] = TO(STATE_DRAINING, ACTION_HAND_BACK | ACTION_DRAIN),
                [EVENT_FAILED] = TO(STATE_REMOVING, ACTION_REMOVE),
                [EVENT_DEADLINE] = TO(STATE_REMOVING, TIMED_OUT | ACTION_REMOVE),
                [EVENT_STOP] = IGNORE,
                [EVENT_FINISHED] = IGNORE,
                [EVENT_RESTARTED] = IGNORE,
        },
        [STATE_RUNNING] = {
                [EVENT_STOP] = TO(STATE_STOPPING, ACTION_STOP),
                [EVENT_GIVE_UP] = TO(STATE_STOPPING, ACTION_GIVE_UP),
                [EVENT_DETACH] = TO(STATE_DONE, 0),
                [EVENT_DIED] = TO(STATE_DRAINING, ACTION_HAND_BACK | ACTION_DRAIN),
                [EVENT_RESTARTED] = IGNORE, /* the event of our own start */
                [EVENT_ALIVE] = IGNORE,
                [EVENT_FAILED] = IGNORE,
                [EVENT_FINISHED] = IGNORE,
        },
        [STATE_STOPPING] = {
                [EVENT_DIED] = TO(STATE_DRAINING, ACTION_HAND_BACK | ACTION_DRAIN),
                [EVENT_DEADLINE] = TO(STATE_KILLING, ACTION_KILL),
                [EVENT_STOP] = IGNORE,
                [EVENT_GIVE_UP] = IGNORE,
                [EVENT_DETACH] = IGNORE,
                [EVENT_RESTARTED] = IGNORE,
                [EVENT_ALIVE] = IGNORE,
                [EVENT_FAILED] = IGNORE, /* the deadline is behind it */
                [EVENT_FINISHED] = IGNORE,
        },
        [STATE_KILLING] = {
                [EVENT_DIED] = TO(STATE_DRAINING, ACTION_HAND_BACK | ACTION_DRAIN),
                [EVENT_DEADLINE] = TO(STATE_DRAINING, TIMED_OUT | ACTION_HAND_BACK | ACTION_DRAIN),
                [EVENT_STOP] = IGNORE,
                [EVENT_GIVE_UP] = IGNORE,
                [EVENT_RESTARTED] = IGNORE,
                [EVENT_ALIVE] = IGNORE,
                [EVENT_FAILED] = IGNORE,
                [EVENT_FINISHED] = IGNORE,
        },
        [STATE_DRAINING] = {
                [EVENT_FINISHED] = TO(STATE_REMOVING, ACTION_REMOVE),
                [EVENT_STOPPED_BY_OTHERS] = TO(STATE_LINGERING, ACTION_LINGER),
                [EVENT_RESTARTED] = TO(STATE_ATTACHING, ACTION_RESUME | ACTION_ATTACH),
                [EVENT_DEADLINE] = TO(STATE_REMOVING, ACTION_REMOVE),
                [EVENT_STOP] = IGNORE,
                [EVENT_GIVE_UP] = IGNORE,
                [EVENT_DIED] = IGNORE,
                [EVENT_ALIVE] = IGNORE,
                [EVENT_FAILED] = IGNORE,
        },
        [STATE_LINGERING] = {
                [EVENT_RESTARTED] = TO(STATE_INSPECTING, ACTION_RESUME | ACTION_INSPECT),
                [EVENT_STOPPED_BY_OTHERS] = TO(STATE_LINGERING, 0), /* a new deadline */
                [EVENT_FINISHED] = TO(STATE_REMOVING, ACTION_REMOVE),
                [EVENT_DEADLINE] = TO(STATE_REMOVING, ACTION_REMOVE),
                /* Not out of here: in the middle of a `docker restart` the container would be left behind, running. */
                [EVENT_STOP] = IGNORE,
                [EVENT_GIVE_UP] = IGNORE,
                [EVENT_DIED] = IGNORE,
                [EVENT_ALIVE] = IGNORE,
                [EVENT_FAILED] = IGNORE,
        },
        [STATE_REMOVING] = {
                [EVENT_REMOVED] = TO(STATE_DONE, 0),
                [EVENT_RESTARTED] = IGNORE,
                /* A container that is left behind is no failure of the service: the next start removes it. */
                [EVENT_FAILED] = TO(STATE_DONE, 0),
                [EVENT_DEADLINE] = TO(STATE_DONE, 0),
                [EVENT_STOP] = IGNORE,
                [EVENT_GIVE_UP] = IGNORE,
                [EVENT_DIED] = IGNORE,
                [EVENT_ALIVE] = IGNORE,
                [EVENT_FINISHED] = IGNORE,
        },
        [STATE_DONE] = {
                [EVENT_STOP] = IGNORE,
                [EVENT_GIVE_UP] = IGNORE,
                IGNORE_LATE_NEWS,
                [EVENT_REMOVED] = IGNORE,
                [EVENT_FAILED] = IGNORE,
        },
};

#define ALL_SOURCES (SOURCE_STREAMS | SOURCE_LOG | SOURCE_PROCESS | SOURCE_WATCHDOG | SOURCE_INPUT | SOURCE_RELAY)

static const StateTraits traits[_STATE_MAX] = {
        [STATE_INIT] = { NULL, NEVER, 0 },
        [STATE_CONNECTING] = { "Waiting for the Docker engine", COMPUTED, 0 },
        [STATE_LOOKING_UP] = { "Looking for the container", SEC(40), 0 },
        [STATE_REMOVING_OLD] = { "Removing the old container", SEC(120), 0 },
        [STATE_PULLING] = { "Pulling the image", NEVER, SOURCE_PULL },
        [STATE_CREATING] = { "Creating the container", SEC(130), 0 },
        [STATE_PREPARING] = { "Creating the container", SEC(40), 0 },
        [STATE_ATTACHING] = { "Attaching to the container", SEC(40), ALL_SOURCES },
        [STATE_STARTING] = { "Starting the container", SEC(130), ALL_SOURCES },
        [STATE_INSPECTING] = { "Starting the container", SEC(60), ALL_SOURCES },
        [STATE_RUNNING] = { NULL, NEVER, ALL_SOURCES },
        [STATE_STOPPING] = { "Stopping the container", COMPUTED, ALL_SOURCES },
        [STATE_KILLING] = { "Killing the container", SEC(20), ALL_SOURCES },
        [STATE_DRAINING] = { "Container has ended, reading the rest of its output", SEC(10),
                             ALL_SOURCES & ~SOURCE_INPUT },
        [STATE_LINGERING] = { "Container was stopped by others, waiting for a restart", COMPUTED,
                              ALL_SOURCES & ~(SOURCE_PROCESS | SOURCE_INPUT) },
        [STATE_REMOVING] = { "Removing the container", SEC(20), SOURCE_STREAMS | SOURCE_WATCHDOG },
        [STATE_DONE] = { NULL, NEVER, 0 },
};

static const char *const state_table[_STATE_MAX] = {
        [STATE_INIT] = "init",
        [STATE_CONNECTING] = "connecting",
        [STATE_LOOKING_UP] = "looking-up",
        [STATE_REMOVING_OLD] = "removing-old",
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

static const char *const event_table[_EVENT_MAX] = {
        [EVENT_BEGIN] = "begin",
        [EVENT_CONNECTED] = "connected",
        [EVENT_ABSENT] = "absent",
        [EVENT_FOUND_STALE] = "found-stale",
        [EVENT_FOUND] = "found",
        [EVENT_IMAGE_WANTED] = "image-wanted",
        [EVENT_PULLED] = "pulled",
        [EVENT_CREATED] = "created",
        [EVENT_PREPARED] = "prepared",
        [EVENT_ATTACHED] = "attached",
        [EVENT_ATTACHED_RUNNING] = "attached-running",
        [EVENT_STARTED] = "started",
        [EVENT_ALIVE] = "alive",
        [EVENT_DETACH] = "detach",
        [EVENT_DIED] = "died",
        [EVENT_FINISHED] = "finished",
        [EVENT_STOPPED_BY_OTHERS] = "stopped-by-others",
        [EVENT_RESTARTED] = "restarted",
        [EVENT_REMOVED] = "removed",
        [EVENT_STOP] = "stop",
        [EVENT_GIVE_UP] = "give-up",
        [EVENT_CANCEL] = "cancel",
        [EVENT_FAILED] = "failed",
        [EVENT_DEADLINE] = "deadline",
};
DEFINE_STRING_TABLE(event, Event)

const Transition *state_transition(State state, Event event)
{
        assert(state < _STATE_MAX);
        assert(event < _EVENT_MAX);
        return &transitions[state][event];
}

const StateTraits *state_traits(State state)
{
        assert(state < _STATE_MAX);
        return &traits[state];
}
