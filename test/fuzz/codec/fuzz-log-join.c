/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Each line is two bytes: its hash and the time since the line before. The first byte of the input is the
 * number of lines that we have, the second the place where the stored log begins, and the third says whether
 * both are the same sequence. If they are, and no two lines are equal, the join has to find the end of our
 * lines. */

#include "codec/journal/log-join.h"
#include "fuzz.h"

static LogTrail trail;
static LogStored stored[256];

static bool all_differ(const uint8_t *data, size_t lines)
{
        bool seen[256] = {};

        for (size_t i = 0; i < lines; i++) {
                if (seen[data[2 * i]])
                        return false;
                seen[data[2 * i]] = true;
        }
        return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        size_t lines, ours, begin, n = 0, known = SIZE_MAX, other;
        uint64_t time = 0;
        bool same;
        LogBound b;
        LogJoin r;

        if (size < 5)
                return 0;
        lines = MIN((size - 3) / 2, (size_t) 256);
        ours = data[0] % (lines + 1);
        begin = data[1] % (lines + 1);
        same = data[2] & 1;
        data += 3;
        memset(&trail, 0, sizeof(trail));
        for (size_t i = 0; i < lines; i++) {
                time += data[2 * i + 1] * NSEC_PER_SEC / 16;
                if (i < ours)
                        trail.entries[trail.n++] = (LogEntry){ .hash = data[2 * i], .time_nsec = time };
                if (i >= begin)
                        stored[n++] = (LogStored){ same ? data[2 * i] : data[2 * (i - begin)], time };
        }
        r = log_join(&trail, stored, n, false, &known);
        CHECK(log_join_to_string(r) && known <= n);
        CHECK(log_join(&trail, stored, n, true, &other) <= r && other <= n);
        b = log_join_bound(stored, known, 1);
        CHECK(known > 0 ? b.count > 0 && b.count <= known : b.count == 0);
        if (same && begin < ours && all_differ(data, lines))
                CHECK(r == LOG_JOIN_WHOLE && known == ours - begin);
        return 0;
}
