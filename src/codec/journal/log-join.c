/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Joins two records of one stream.
 *
 * Both are parts of the same sequence of lines. Ours ends with the last received line; the stored one begins
 * at some time and continues. The join finds the place where our lines end in the stored log, such that all
 * common lines are equal, compared from our end backwards. If lines repeat, there are several such places;
 * then the times decide, because the engine's stamp is close to the time of receipt.
 *
 * An engine that was killed may have sent us lines that are not in its log. Our last lines then have no
 * counterpart, and the lines that follow in the log are from after the engine's next start. */

#include <stdbool.h>

#include "codec/journal/log-join.h"
#include "util/macro.h"
#include "util/string-table.h"

/* The largest number of lines that are compared, and of lines whose times are used. */
#define MATCH_MAX 512
#define TIMES_MAX 64
/* A line gets its stamp at most this long after we have received it: on a busy machine, and on most
 * machines. */
#define LATE_MAX_NSEC (5 * NSEC_PER_SEC)
#define LATE_NSEC (200 * USEC_PER_MSEC * NSEC_PER_USEC)
/* How many places in a stored log that is too short are tried as the end of our lines. */
#define SHORT_TRIES 4096

static const char log_join_table[_LOG_JOIN_MAX][8] = {
        [LOG_JOIN_WHOLE] = "whole",
        [LOG_JOIN_SHORT] = "short",
        [LOG_JOIN_GUESS] = "guess",
};
DEFINE_STRING_TABLE(log_join, LogJoin)

/* Whether the first `known` stored lines end in the same way as the trail without its last `without` lines.
 */
static bool matches(const LogTrail *trail, uint64_t without, const LogStored *stored, size_t known)
{
        const LogEntry *e;

        for (size_t i = 0; i < MIN(known, (size_t) MATCH_MAX); i++) {
                e = log_trail_last(trail, without + i);
                if (!e)
                        return i > 0;
                if (e->hash != stored[known - 1 - i].hash)
                        return false;
        }
        return known > 0;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
        return a > b ? a - b : b - a;
}

/* The average distance between the times of the matching lines. */
static uint64_t mean_distance(const LogTrail *trail, const LogStored *stored, size_t known)
{
        uint64_t sum = 0;
        const LogEntry *e;
        size_t i;

        for (i = 0; i < MIN(known, (size_t) TIMES_MAX) && (e = log_trail_last(trail, i)); i++)
                sum += MIN(distance(e->time_nsec, stored[known - 1 - i].time_nsec), UINT64_MAX / TIMES_MAX);
        return sum / i;
}

static bool find_whole(const LogTrail *trail, const LogStored *stored, size_t n, bool disordered,
                       size_t *ret_known)
{
        uint64_t last = log_trail_last(trail, 0)->time_nsec, best = UINT64_MAX;

        for (size_t known = n; known > 0; known--) {
                uint64_t d;

                if (!disordered && stored[known - 1].time_nsec > last &&
                    stored[known - 1].time_nsec - last > LATE_MAX_NSEC)
                        continue;
                if (!matches(trail, 0, stored, known))
                        continue;
                d = mean_distance(trail, stored, known);
                if (d >= best)
                        continue;
                best = d;
                *ret_known = known;
        }
        return best < UINT64_MAX;
}

/* How many lines have a stamp before the last receipt, or not long after it. */
static size_t count_early(const LogTrail *trail, const LogStored *stored, size_t n)
{
        uint64_t last = log_trail_last(trail, 0)->time_nsec;

        while (n > 0 && stored[n - 1].time_nsec > last && stored[n - 1].time_nsec - last > LATE_NSEC)
                n--;
        return n;
}

/* The same, but if the clock was set back among these lines, those that follow are not early. */
static size_t count_before_step(const LogStored *stored, size_t early)
{
        for (size_t i = 1; i < early; i++)
                if (stored[i].time_nsec < stored[i - 1].time_nsec)
                        return i;
        return early;
}

static bool find_short(const LogTrail *trail, const LogStored *stored, size_t early, size_t *ret_known)
{
        size_t tries = 0;

        for (size_t known = early; known > 0 && tries < SHORT_TRIES; known--, tries++)
                for (uint64_t without = 1; log_trail_last(trail, without); without++)
                        if (matches(trail, without, stored, known)) {
                                *ret_known = known;
                                return true;
                        }
        return false;
}

LogJoin log_join(const LogTrail *trail, const LogStored *stored, size_t n, bool disordered,
                 size_t *ret_known)
{
        size_t early;

        *ret_known = 0;
        if (n == 0 || !log_trail_last(trail, 0))
                return LOG_JOIN_WHOLE; /* all lines are new */
        if (find_whole(trail, stored, n, disordered, ret_known))
                return LOG_JOIN_WHOLE;
        early = count_early(trail, stored, n);
        if (early == 0 || find_short(trail, stored, early, ret_known))
                return LOG_JOIN_SHORT;
        *ret_known = disordered ? count_before_step(stored, early) : early;
        return LOG_JOIN_GUESS;
}

LogBound log_join_bound(const LogStored *stored, size_t known, uint64_t since_nsec)
{
        LogBound bound = { since_nsec, 0 };

        if (known == 0)
                return bound;
        bound.time_nsec = stored[known - 1].time_nsec;
        while (bound.count < known && stored[known - 1 - bound.count].time_nsec == bound.time_nsec)
                bound.count++;
        return bound;
}
