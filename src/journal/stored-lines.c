/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A vector that grows up to a limit. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stored-lines.h"
#include "util/log.h"
#include "util/macro.h"

/* More lines than there can be after the end of ours, see codec/journal/log-position.c. */
#define LINES_MAX ((size_t) 64 * 1024)
/* A line may have a stamp that is so much earlier than its receipt. */
#define EARLY_NSEC (2 * NSEC_PER_SEC)
#define LINES_MIN ((size_t) 1024)

void stored_lines_done(StoredLines *s)
{
        assert(s);
        free(s->lines);
        *s = (StoredLines){ .lines = NULL };
}

void stored_lines_drop(StoredLines lines[static _STREAM_MAX])
{
        for (int stream = 0; stream < _STREAM_MAX; stream++)
                stored_lines_done(&lines[stream]);
}

static int grow(StoredLines *s)
{
        size_t wanted = MAX(s->allocated * 2, LINES_MIN);
        LogStored *grown = reallocarray(s->lines, wanted, sizeof(*grown));

        if (!grown)
                return -ENOMEM;
        s->lines = grown;
        s->allocated = wanted;
        return 0;
}

int stored_lines_add(StoredLines *s, uint64_t hash, uint64_t stamp_nsec, uint64_t last_nsec)
{
        int r = 0;

        if (s->n == LINES_MAX) {
                /* The end of ours is among the older half: what comes now is new in any case. */
                if (s->lines[s->n / 2].time_nsec > last_nsec)
                        return 0;
                s->dropped += s->n - s->n / 2;
                s->n /= 2;
                memmove(s->lines, s->lines + s->n, s->n * sizeof(*s->lines));
        }
        if (s->n == s->allocated)
                r = grow(s);
        if (r >= 0)
                s->lines[s->n++] = (LogStored){ hash, stamp_nsec };
        return r;
}

/* True: this was the last piece of the line. */
static bool hash_piece(LogHash *h, const Line *line)
{
        bool ends = line->why != LINE_RAW || (line->size > 0 && line->data[line->size - 1] == '\n');

        log_hash_feed(h, line->data, line->size - (line->why == LINE_RAW && ends));
        return ends;
}

int stored_lines_take(StoredLines *s, const Line *line, uint64_t stamp_nsec, uint64_t last_nsec)
{
        int r;

        if (!hash_piece(&s->open, line))
                return 0;
        r = stored_lines_add(s, log_hash_end(&s->open), stamp_nsec, last_nsec);
        s->open = (LogHash){};
        return r;
}

static size_t count_until(const StoredLines *s, uint64_t until_nsec)
{
        size_t n = s->n;

        while (n > 0 && s->lines[n - 1].time_nsec > until_nsec)
                n--;
        return n;
}

LogJoin stored_lines_join(const StoredLines lines[static _STREAM_MAX], const LogPosition *position,
                          uint64_t since_nsec, uint64_t until_nsec, LogBound bounds[static _STREAM_MAX],
                          uint64_t counts[static _STREAM_MAX])
{
        LogJoin worst = LOG_JOIN_WHOLE;

        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                const StoredLines *s = &lines[stream];
                size_t known;
                LogJoin join =
                        log_join(log_position_trail(position, stream), s->lines, count_until(s, until_nsec),
                                 log_position_is_disordered(position), &known);

                log_debug("Joined %s: %s, %zu of %zu lines are known.", stream_to_string(stream),
                          log_join_to_string(join), known, s->n);
                bounds[stream] = log_join_bound(s->lines, known, since_nsec);
                counts[stream] = known > 0 ? s->dropped + known : 0;
                worst = MAX(worst, join);
        }
        return worst;
}

bool stored_lines_lost_ours(const StoredLines lines[static _STREAM_MAX], const LogPosition *position,
                            uint64_t since_nsec, const uint64_t counts[static _STREAM_MAX])
{
        /* No line of ours is older than the position's begin. */
        uint64_t least = since_nsec > position->begin_nsec ? since_nsec + EARLY_NSEC : 0;

        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                const LogEntry *last = log_trail_last(log_position_trail(position, stream), 0);

                if (last && last->time_nsec > least && lines[stream].n > 0 && counts[stream] == 0)
                        return true;
        }
        return false;
}
