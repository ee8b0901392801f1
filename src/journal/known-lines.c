/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A bound is the time of the last line that was delivered, and how many lines with just that time were: the
 * engine's log may have several. After the clock was set back, the lines are counted instead, from the
 * beginning of a listing on that was read in the same way. */

#include "known-lines.h"
#include "util/macro.h"

void known_lines_begin(KnownLines *k, const LogPosition *position, uint64_t since_nsec,
                       const uint64_t counts[_STREAM_MAX])
{
        *k = (KnownLines){ .counted = counts, .missed = k->missed };
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                k->bounds[stream] = log_trail_bound(log_position_trail(position, stream));
                k->counts[stream] = counts ? counts[stream] : 0;
                if (k->bounds[stream].time_nsec < since_nsec)
                        k->bounds[stream].count = 0; /* these lines are not read */
        }
}

bool known_lines_take(KnownLines *k, int stream, uint64_t stamp_nsec)
{
        LogBound *b = &k->bounds[stream];

        if (k->counted && k->counts[stream] == 0)
                return false;
        if (k->counted) {
                k->counts[stream]--;
                return true;
        }
        if (stamp_nsec > b->time_nsec || (stamp_nsec == b->time_nsec && b->count == 0)) {
                k->missed = k->missed || b->count > 0;
                *b = (LogBound){}; /* and so are all that follow, if the clock is set back */
                return false;
        }
        if (stamp_nsec == b->time_nsec)
                b->count--;
        return true;
}

int known_lines_take_raw(KnownLines *k, const LogPosition *position, int stream, const Line *piece,
                         uint64_t stamp_nsec, TakeLine next, void *userdata, bool *ret_differs)
{
        RawGate *gate = &k->gates[stream];
        bool differed = gate->differs;
        int r;

        if (!gate->in_line && known_lines_take(k, stream, stamp_nsec))
                raw_gate_drop_line(gate);
        r = raw_gate_take(gate, &log_position_trail(position, stream)->open, stream, piece, stamp_nsec, next,
                          userdata);
        *ret_differs = *ret_differs || (gate->differs && !differed);
        return r;
}
