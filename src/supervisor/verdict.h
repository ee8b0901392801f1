/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the facts mean together. Pure: nothing here acts, asks, or remembers. */

#include <stdbool.h>
#include <stdint.h>

#include "facts/facts.h"
#include "state.h"

/* The event that the facts stand for in this state, for those states that wait for several things at once;
 * -1: none. The dispatch source asks once it has nothing else to do. So whoever records a fact need not know
 * who waits for it. */
int verdict_next(State state, const Facts *f);

/* STATE_ATTACHING: every stream that was asked for is open, so that nothing of the container's life can be
 * missed. */
bool verdict_is_attached(const Facts *f);

/* Whether the engine knows of the container's end, or there is no engine that could still tell. The kernel
 * reports a death first; until the engine notices, it considers the container running, and a `docker rm` in
 * ExecStopPost= would fail. */
bool verdict_engine_knows_the_end(const Facts *f);

/* STATE_DRAINING: how the container ended is known. What is left is its output. */
bool verdict_end_is_known(const Facts *f);

/* Whether its end may be the first half of `docker restart`. */
bool verdict_may_come_back(const Facts *f);

/* Whether we leave and the container runs on (contract, "Detach"). */
bool verdict_goes_on_without_us(const Facts *f);

/* Somebody asked for the container's end: it is a stop and no failure. */
bool verdict_end_was_asked_for(const Facts *f);

/* The exit status for our process, 0..255: contract, "End". */
int verdict_exit_status(const Facts *f);

/* How long the state may last, in microseconds from its begin; UINT64_MAX: as long as it likes. */
uint64_t verdict_deadline(State state, const Facts *f);

/* What the engine gives the container between its stop signal and SIGKILL; and what a request for that may
 * take. */
uint64_t verdict_stop_timeout_usec(const Facts *f);
uint64_t verdict_stop_request_usec(const Facts *f);
