/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the facts mean together. Pure: nothing here acts, asks, or remembers. */

#include <stdbool.h>
#include <stdint.h>

#include "cli/options.h"
#include "facts/facts.h"
#include "state.h"

/* The event that the facts stand for in this state, for those states that wait for several things at once;
 * -1: none. The dispatch source asks once it has nothing else to do. So whoever records a fact need not know
 * who waits for it. */
int verdict_next(State state, const Facts *f);

/* STATE_ATTACHING: every stream that was asked for is open, so that nothing of the container's life can be
 * missed. */
bool verdict_is_attached(const Facts *f);

/* The input was asked for, and what the container may answer to it is received: its output is attached, or
 * will not be. */
bool verdict_input_is_due(const Facts *f);

/* Whether the engine knows of the container's end, or there is no engine that could still tell. The kernel
 * reports a death first; until the engine notices, it considers the container running, and a `docker rm` in
 * ExecStopPost= would fail. */
bool verdict_engine_knows_the_end(const Facts *f);

/* STATE_DRAINING: how the container ended is known. What is left is its output. */
bool verdict_end_is_known(const Facts *f);

/* What to do about a container that the engine says runs and whose process is dead. Each time that a start
 * finds one (dead_found), something stronger: LIFE_FOUND_DEAD, the engine has some time to notice;
 * LIFE_FOUND_UNNOTICED, it is told to kill the container; LIFE_FOUND_STALE, it is removed (with --rm);
 * LIFE_FAILED. */
LifeEvent verdict_found_dead(const Facts *f);

/* Whether a start goes on once the engine is back, which went away in the middle of it. */
bool verdict_awaits_engine(const Facts *f);
/* Whether the death of a container that was adopted is to be followed by another start in its place: systemd
 * has not heard of the container yet. What others have ended, they may start again or not want to run
 * (`docker restart`, `docker stop`); that is none. */
bool verdict_begins_anew(State state, const Facts *f);

/* Whether its end may be the first half of `docker restart`. */
bool verdict_may_come_back(const Facts *f);

/* Whether the state waits for news that only the engine can have, and that decide about the unit: how the
 * container ended, or whether it is started again. If its deadline passes then, the engine is asked:
 * last-look.c. */
bool verdict_waits_for_engine(State state, const Facts *f);
/* What the engine may take for its answers. If others have told it to end the container, it may be at the
 * start that belongs to `docker restart`, which takes as long as any start. */
uint64_t verdict_look_usec(const Facts *f);

/* Whether we leave and the container runs on (contract, "Detach"). */
bool verdict_goes_on_without_us(const Facts *f);

/* Somebody asked for the container's end: it is a stop and no failure. */
bool verdict_end_was_asked_for(const Facts *f);

/* The exit status for our process, 0..255: contract, "End". */
int verdict_exit_status(const Facts *f);

/* How long the state may last, in microseconds from its begin; UINT64_MAX: as long as it likes. While the
 * engine is asked once more, and after its answer: from then. */
uint64_t verdict_deadline(State state, const Facts *f);

/* What a request may take that does real work: no less than the unit gives a start. UINT64_MAX: no limit. */
uint64_t verdict_work_usec(const Facts *f);

/* What the engine gives the container between its stop signal and SIGKILL; and what a request for that may
 * take. UINT64_MAX: no limit. */
uint64_t verdict_stop_timeout_usec(const Facts *f);
uint64_t verdict_stop_request_usec(const Facts *f);

/* Why the supervisor has to stay the main process, as the second half of a sentence. NULL: it need not. "":
 * it is what was asked for, or goes without saying. notifies: there is a notification socket to say it by.
 * in_unit: the container's first process is in the unit's cgroup. */
const char *verdict_why_main_process(const Facts *f, const Options *o, bool notifies, bool in_unit);

/* Whether a reload of the unit is ours to report: Type=notify-reload, and the container does not speak to
 * systemd itself. */
bool verdict_reports_reloads(const Facts *f, const Options *o);

typedef enum Detach {
        DETACH_UNWANTED,
        DETACH_IMPOSSIBLE, /* the unit would end with us */
        DETACH_BLIND,      /* the unit goes on; systemd may miss the container's end */
        DETACH_SAFE,       /* the unit goes on until the container ends */
} Detach;

/* Whether we can leave the unit to the container. main_pid_given: it is the main process now. The others as
 * above. */
Detach verdict_detach(const Facts *f, bool notifies, bool main_pid_given, bool in_unit);
