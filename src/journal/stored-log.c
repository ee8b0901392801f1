/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Once our lines were found in the stored log, stamps tell which of its lines are known, and a stream that
 * breaks is followed again from there. While stamps do not tell (log_position_is_disordered()), the log is
 * listed again after each break, and then followed from the same time on, so that the known lines of the
 * listing can be counted off. */

#include "stored-log.h"

void stored_log_done(StoredLog *s)
{
        stored_lines_drop(s->lines);
}

void stored_log_note_new_life(StoredLog *s, uint64_t life_nsec)
{
        s->life_nsec = life_nsec;
}

bool stored_log_begin(StoredLog *s, const LogPosition *position)
{
        bool disordered = log_position_is_disordered(position);
        bool counted = s->joined && disordered;
        bool follows = position->mode == LOG_MODE_STORED && (counted || !disordered);

        if (!counted)
                s->since_nsec = log_position_since(position);
        s->joined = false;
        known_lines_begin(&s->known, position, s->since_nsec, counted ? s->counts : NULL);
        stored_lines_drop(s->lines);
        if (follows)
                s->life_nsec = 0;
        return follows;
}

int stored_log_list(StoredLog *s, const LogPosition *position, int stream, const Line *line,
                    uint64_t stamp_nsec)
{
        uint64_t last_nsec = log_position_is_disordered(position) ? UINT64_MAX : position->last_nsec;

        return stored_lines_take(&s->lines[stream], line, stamp_nsec, last_nsec);
}

LogJoin stored_log_join(StoredLog *s, Ledger *ledger)
{
        const LogPosition *position = ledger_position(ledger);
        bool ordered = !log_position_is_disordered(position);
        uint64_t until = ordered && s->life_nsec > 0 ? s->life_nsec : UINT64_MAX;
        LogBound bounds[_STREAM_MAX];
        LogJoin join = stored_lines_join(s->lines, position, s->since_nsec, until, bounds, s->counts);

        s->lost_ours = ordered && stored_lines_lost_ours(s->lines, position, s->since_nsec, s->counts);
        ledger_store(ledger, bounds);
        s->joined = true;
        s->life_nsec = 0;
        return join;
}

bool stored_log_lost_lines(const StoredLog *s)
{
        return s->lost_ours || s->known.missed;
}
