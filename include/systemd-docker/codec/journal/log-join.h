/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Finds the place in the stored log where the lines end that we received while attached. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/journal/log-position.h"

/* A line of the stored log. */
typedef struct LogStored {
        uint64_t hash;
        uint64_t time_nsec; /* the engine's stamp */
} LogStored;

typedef enum LogJoin {
        LOG_JOIN_WHOLE, /* the stored log has all lines that we have */
        LOG_JOIN_SHORT, /* the engine was killed before it had stored our last lines */
        LOG_JOIN_GUESS, /* the two have nothing in common: lines may be missing or appear twice */
        _LOG_JOIN_MAX,
} LogJoin;

const char *log_join_to_string(LogJoin j);
int log_join_from_string(const char *s);

/* stored: all lines of the stream since log_position_since(), in their order. The first *ret_known of them
 * are in the trail or older; the others are new. disordered: the clock was set since the lines were written.
 */
LogJoin log_join(const LogTrail *trail, const LogStored *stored, size_t n, bool disordered,
                 size_t *ret_known);

/* The bound after the first `known` of these lines. since_nsec: the time from which they were read. */
LogBound log_join_bound(const LogStored *stored, size_t known, uint64_t since_nsec);
