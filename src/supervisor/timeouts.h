/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* How long the engine may take for a request, and the deadlines of the states that follow from it.
 *
 * A state has a little more time than its request: the request's failure says what went wrong, a deadline
 * only that nothing came. */

#include "util/clock.h"
#include "util/macro.h"

/* What only asks for something. */
#define REQUEST_TIMEOUT_USEC (30 * USEC_PER_SEC)
/* Creating, starting and removing do real work; the engine may be busy with fifty others at boot. More where
 * the unit gives a start more time: verdict_work_usec(). */
#define WORK_TIMEOUT_USEC (120 * USEC_PER_SEC)
/* What a stop takes beside the container's own stop timeout: the engine's SIGKILL after it, and what it has
 * to put away then. */
#define STOP_GRACE_USEC (10 * USEC_PER_SEC)

/* How long the engine may take to send the stop signal. Then it is sent without it, if that is possible; so
 * it is more than a busy engine takes. */
#define STOP_SIGNAL_TIMEOUT_USEC (10 * USEC_PER_SEC)

/* How long the engine may take to notice that a container has ended, which the kernel says at once. */
#define ENGINE_NOTICE_USEC (10 * USEC_PER_SEC)

/* From a request's time-out to the deadline of the state that waits for it. */
#define DEADLINE_MARGIN_USEC (10 * USEC_PER_SEC)
/* The same for the stop at the end of a life, which systemd waits for. */
#define STOP_DEADLINE_MARGIN_USEC (5 * USEC_PER_SEC)

#define DEADLINE_OF(request_usec) usec_add(request_usec, DEADLINE_MARGIN_USEC)
