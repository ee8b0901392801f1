/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The state machine's tables: every cell, and walks that must end. */

#include <criterion/criterion.h>
#include <stdlib.h>

#include "supervisor/state.h"
#include "supervisor/timeouts.h"
#include "util/macro.h"

static const LifeEvent stepping[] = { LIFE_BEGIN,    LIFE_CONNECTED, LIFE_ABSENT,   LIFE_CREATED,
                                      LIFE_PREPARED, LIFE_ATTACHED,  LIFE_STARTED,  LIFE_ALIVE,
                                      LIFE_STOP,     LIFE_DIED,      LIFE_FINISHED, LIFE_REMOVED };

static const State expected[] = { STATE_CONNECTING, STATE_LOOKING_UP, STATE_CREATING,   STATE_PREPARING,
                                  STATE_ATTACHING,  STATE_STARTING,   STATE_INSPECTING, STATE_RUNNING,
                                  STATE_STOPPING,   STATE_DRAINING,   STATE_REMOVING,   STATE_DONE };

Test(state, the_common_life)
{
        State state = STATE_INIT;

        for (size_t i = 0; i < sizeof(stepping) / sizeof(stepping[0]); i++) {
                const Transition *t = state_transition(state, stepping[i]);

                cr_assert(t->known && !t->ignore, "%s in %s", life_event_to_string(stepping[i]),
                          state_to_string(state));
                cr_assert_eq(t->next, expected[i], "%s", state_to_string(t->next));
                state = t->next;
        }
}

Test(state, every_cell_is_well_formed)
{
        for (State s = 0; s < _STATE_MAX; s++)
                for (LifeEvent e = 0; e < _LIFE_EVENT_MAX; e++) {
                        const Transition *t = state_transition(s, e);

                        cr_assert(!t->ignore || t->known);
                        cr_assert_lt(t->next, _STATE_MAX);
                        cr_assert_lt(t->actions, _ACTION_MAX);
                        cr_assert(t->known || (t->actions == 0 && t->next == 0));
                        cr_assert(!t->ignore || t->actions == 0);
                }
}

/* A stop can come at any time: no state may treat it as a bug. */
Test(state, stop_is_known_everywhere)
{
        for (State s = 0; s < _STATE_MAX; s++)
                cr_assert(state_transition(s, LIFE_STOP)->known, "%s", state_to_string(s));
}

/* A state that waits has a deadline and a cell for it, or waits for something that has a deadline of its
 * own. */
Test(state, every_deadline_is_met)
{
        for (State s = 0; s < _STATE_MAX; s++) {
                const Transition *t = state_transition(s, LIFE_DEADLINE);

                if (state_traits(s)->deadline_usec != UINT64_MAX)
                        cr_assert(t->known && !t->ignore, "%s has a deadline, and nothing happens then",
                                  state_to_string(s));
                else
                        cr_assert(!t->known, "%s has no deadline", state_to_string(s));
        }
}

/* A dead container that the engine says runs: the same start goes on, whatever becomes of it, and a stop
 * ends it at once. */
Test(state, dead_containers)
{
        static const State found[] = { STATE_LOOKING_UP, STATE_ATTACHING, STATE_INSPECTING, STATE_RUNNING };
        static const State waiting[] = { STATE_SETTLING, STATE_KILLING_OLD };
        static const LifeEvent over[] = { LIFE_SETTLED, LIFE_DEADLINE };

        for (size_t i = 0; i < ELEMENTSOF(found); i++)
                cr_assert_eq(state_transition(found[i], LIFE_FOUND_DEAD)->next, STATE_SETTLING);
        cr_assert_eq(state_transition(STATE_LOOKING_UP, LIFE_FOUND_UNNOTICED)->next, STATE_KILLING_OLD);
        for (size_t i = 0; i < ELEMENTSOF(waiting); i++) {
                for (size_t k = 0; k < ELEMENTSOF(over); k++) {
                        const Transition *t = state_transition(waiting[i], over[k]);

                        cr_assert_eq(t->next, STATE_LOOKING_UP);
                        cr_assert_eq(t->actions, ACTION_LOOK_UP);
                }
                cr_assert_eq(state_transition(waiting[i], LIFE_STOP)->next, STATE_REMOVING);
                cr_assert_eq(state_traits(waiting[i])->sources, 0);
        }
}

/* Wherever a start loses the engine, it waits for it and then looks what there is. What runs is not given
 * up. */
Test(state, start_that_loses_the_engine)
{
        for (State s = STATE_LOOKING_UP; s <= STATE_INSPECTING; s++) {
                const Transition *t = state_transition(s, LIFE_ENGINE_GONE);

                cr_assert(t->known, "%s", state_to_string(s));
                if (s == STATE_SETTLING) /* does not depend on the answer */
                        continue;
                cr_assert_eq(t->next, STATE_CONNECTING, "%s", state_to_string(s));
                cr_assert_eq(t->actions, ACTION_AWAIT_ENGINE);
        }
        cr_assert_not(state_transition(STATE_RUNNING, LIFE_ENGINE_GONE)->known);
        cr_assert_not(state_transition(STATE_STOPPING, LIFE_ENGINE_GONE)->known);
}

/* The failure of a request says what went wrong, so it has to come before the deadline of the state that
 * waits for it. */
Test(state, requests_end_before_their_state)
{
        static const State asking[] = { STATE_LOOKING_UP, STATE_PREPARING, STATE_ATTACHING,
                                        STATE_INSPECTING };
        static const State working[] = { STATE_CREATING, STATE_STARTING };

        for (size_t i = 0; i < ELEMENTSOF(asking); i++)
                cr_assert_eq(state_traits(asking[i])->deadline_usec, DEADLINE_OF(REQUEST_TIMEOUT_USEC));
        for (size_t i = 0; i < ELEMENTSOF(working); i++)
                cr_assert_eq(state_traits(working[i])->deadline_usec, 0, "by what the unit gives a start");
        cr_assert_gt(DEADLINE_OF(REQUEST_TIMEOUT_USEC), REQUEST_TIMEOUT_USEC);
        cr_assert_eq(state_traits(STATE_REMOVING_OLD)->deadline_usec, 0,
                     "by the container's own stop timeout");
}

Test(state, every_state_and_event_has_a_name)
{
        for (State s = 0; s < _STATE_MAX; s++)
                cr_assert_eq(state_from_string(state_to_string(s)), (int) s);
        for (LifeEvent e = 0; e < _LIFE_EVENT_MAX; e++)
                cr_assert_eq(life_event_from_string(life_event_to_string(e)), (int) e);
        cr_assert_null(state_to_string(_STATE_MAX));
        cr_assert_null(life_event_to_string(_LIFE_EVENT_MAX));
}

/* States that can have a started container are only left through states that handle its end. */
Test(state, no_way_from_running_to_done_without_cleaning_up)
{
        for (LifeEvent e = 0; e < _LIFE_EVENT_MAX; e++) {
                const Transition *t = state_transition(STATE_RUNNING, e);

                if (t->known && !t->ignore && t->next == STATE_DONE)
                        cr_assert_eq(e, LIFE_DETACH);
        }
}

/* Deadlines, failures and the end of the container lead from every reachable state to DONE. */
Test(state, every_state_leads_to_done)
{
        for (State start = 0; start < _STATE_MAX; start++) {
                bool reached[_STATE_MAX] = {}, grown = true;

                reached[start] = true;
                while (grown) {
                        grown = false;
                        for (State s = 0; s < _STATE_MAX; s++)
                                for (LifeEvent e = 0; reached[s] && e < _LIFE_EVENT_MAX; e++) {
                                        const Transition *t = state_transition(s, e);

                                        if (t->known && !t->ignore && !reached[t->next])
                                                grown = reached[t->next] = true;
                                }
                }
                cr_assert(reached[STATE_DONE], "%s is a dead end", state_to_string(start));
        }
}

Test(state, random_walks_end)
{
        srand(1);
        for (int walk = 0; walk < 1000; walk++) {
                State s = STATE_INIT;
                int steps = 0;

                while (s != STATE_DONE && ++steps < 100000) {
                        const Transition *t = state_transition(s, (LifeEvent) (rand() % _LIFE_EVENT_MAX));

                        if (t->known && !t->ignore)
                                s = t->next;
                }
                cr_assert_eq(s, STATE_DONE);
        }
}

Test(state, phases_fit_the_sources)
{
        for (State i = 0; i < _STATE_MAX; i++) {
                const StateTraits *t = state_traits(i);
                const char *name = state_to_string(i);
                bool live = t->phases & PHASE_LIVE, over = t->phases & PHASE_OVER;

                cr_assert_not(live && over, "%s", name);
                cr_assert(!live || t->sources & SOURCE_PROCESS, "%s: a death would not be seen", name);
                cr_assert(!(live || over) || t->sources & SOURCE_STREAMS, "%s: no news of the engine", name);
                cr_assert(!(t->phases & (PHASE_RUNNING | PHASE_SERVING)) || live, "%s", name);
                cr_assert(!(t->phases & (PHASE_DRAINING | PHASE_LINGERING)) || over, "%s", name);
                cr_assert(!over || state_transition(i, LIFE_RESTARTED)->next != STATE_INIT,
                          "%s: another life would be lost", name);
        }
}
