/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The first bytes are operations on a position. The rest is put over its memory, as if somebody had written
 * the file. */

#include "codec/journal/log-position.h"
#include "fuzz.h"

#define STEPS 16
#define SETTLE 6

static void step(LogPosition *p, uint8_t what)
{
        static const LogBound bounds[_STREAM_MAX] = { { 3, 4 }, { 5, 6 }, { 7, 8 } };
        int stream = what & 1 ? STREAM_STDOUT : STREAM_STDERR;

        switch (what >> 1 & 7) {
        case 0:
        case 1:
                log_position_offer(p, stream, what, what);
                break;
        case 2:
                if (log_position_trail(p, stream)->n > 0)
                        log_position_withdraw(p, stream);
                break;
        case 3:
                log_position_sent(p, p->offered);
                break;
        case 4:
                log_position_take_raw(p, stream, "a\nb", what % 4, what);
                log_position_received(p, what, what);
                break;
        case 5:
                log_position_calm(p);
                (void) log_position_note_clock(p, what * NSEC_PER_SEC, 1);
                CHECK(log_position_since(p) <= (log_position_is_disordered(p) ? p->floor_nsec : UINT64_MAX));
                break;
        case SETTLE:
                log_position_settle(p, p->sent, "epoch");
                break;
        default:
                log_position_store(p, bounds);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static LogPosition p;
        char id[ENGINE_ID_SIZE + 1] = {};
        size_t n = MIN(size, (size_t) STEPS);
        bool settled = false;

        log_position_init(&p, "id", "epoch", 1);
        memcpy(&p, data + n, MIN(size - n, sizeof(p)));
        memcpy(id, p.id, ENGINE_ID_SIZE);
        if (log_position_is_valid(&p, sizeof(p), id))
                CHECK(p.mode < _LOG_MODE_MAX && strlen(p.epoch) <= LOG_EPOCH_SIZE);
        for (size_t i = 0; i < n; i++) {
                bool settle = (data[i] >> 1 & 7) == SETTLE;

                if (settle && settled)
                        continue; /* as for a supervisor: only once, because it takes long */
                settled = settled || settle;
                step(&p, data[i]);
                (void) log_position_since(&p);
                for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                        const LogTrail *t = log_position_trail(&p, stream);
                        const LogEntry *e = log_trail_last(t, LOG_TRAIL_LINES - 1);

                        CHECK(!e || (e >= t->entries && e < t->entries + LOG_TRAIL_SLOTS));
                        (void) log_trail_bound(t);
                }
        }
        return 0;
}
