/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The position in a container's output.
 *
 * A line is offered before it is sent, and counts as sent afterwards. If the supervisor is killed in
 * between, the journal has to be asked. An entry is written before the counter that makes it valid.
 *
 * While attached, we do not know the engine's stamps, but there are two bounds for the stamps of lines that
 * we have not received. Once nothing was left to read, later lines were written after the last line before
 * that time, except for lines that were inside the engine at that time (SLACK). If there is always something
 * left to read, or we have to wait for the journal, the engine's buffer limits the delay: it has one
 * megabyte for an attached client (LAG).
 *
 * If the clock is set back, all these times are too late for the lines that follow. Those have stamps from
 * the floor on, which is the old bound, less the step. Lines from before the step are stamped up to the
 * ceiling, the time at which the clock stood. Until the bound has passed the ceiling, a stamp does not tell
 * on which side of the step a line was written. If the clock is set forth, the same is true of the lines
 * that were inside the engine at that time: they are older than they seem to be when they are received. */

#include <stddef.h>
#include <string.h>

#include "codec/journal/log-position.h"
#include "util/macro.h"

static const char magic[16] = "systemd-docker.4";

#define SLACK_NSEC (5 * NSEC_PER_SEC)
#define LAG_BYTES (UINT64_C(4) * 1024 * 1024)
#define MARK_BYTES (UINT64_C(256) * 1024)
/* The engine writes the two streams in parallel. The order of their stamps can differ from the order of the
 * lines by this much. */
#define DISORDER_NSEC (2 * NSEC_PER_SEC)

/* A smaller step is in the difference of two clocks that are read one after the other. */
#define STEP_MIN_NSEC ((int64_t) (5 * USEC_PER_MSEC * NSEC_PER_USEC))

#define STORE(where, value) __atomic_store_n(&(where), (value), __ATOMIC_RELEASE)

/* Entries beyond t->n and bytes beyond the open line's size are never read. They are left as they are,
 * because a page of the file takes memory once it was touched. */
static void clear_trail(LogTrail *t)
{
        memset(t, 0, offsetof(LogTrail, open));
        memset(&t->open, 0, offsetof(LogOpenLine, head));
}

void log_position_init(LogPosition *p, const char *id, const char *epoch, uint64_t now_nsec)
{
        memset(p, 0, offsetof(LogPosition, trails));
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++)
                clear_trail(log_position_trail(p, stream));
        p->size = sizeof(*p);
        (void) strncpy(p->id, id, ENGINE_ID_SIZE);
        (void) strncpy(p->epoch, epoch, LOG_EPOCH_SIZE);
        p->mode = LOG_MODE_ATTACHED;
        p->begin_nsec = now_nsec;
        memcpy(p->magic, magic, sizeof(magic));
}

bool log_position_is_valid(const void *data, size_t size, const char *id)
{
        const LogPosition *p = data;

        return size == sizeof(*p) && memcmp(p->magic, magic, sizeof(magic)) == 0 && p->size == sizeof(*p) &&
               p->mode < _LOG_MODE_MAX && memchr(p->id, 0, sizeof(p->id)) &&
               memchr(p->epoch, 0, sizeof(p->epoch)) && strcmp(p->id, id) == 0;
}

void log_position_offer(LogPosition *p, int stream, uint64_t hash, uint64_t time_nsec)
{
        LogTrail *t = log_position_trail(p, stream);

        STORE(p->offered, p->offered + 1);
        t->entries[t->n % LOG_TRAIL_SLOTS] = (LogEntry){ hash, time_nsec, p->offered };
        STORE(t->n, t->n + 1);
}

void log_position_withdraw(LogPosition *p, int stream)
{
        LogTrail *t = log_position_trail(p, stream);

        assert(t->n > 0);
        STORE(t->n, t->n - 1);
        STORE(p->offered, p->offered - 1);
}

static void grow_open_line(LogOpenLine *open, const char *data, size_t size, uint64_t time_nsec)
{
        if (open->hash.all.size == 0)
                open->time_nsec = time_nsec;
        if (open->hash.all.size < LOG_HEAD_SIZE)
                memcpy(open->head + open->hash.all.size, data,
                       MIN(size, LOG_HEAD_SIZE - open->hash.all.size));
        log_hash_feed(&open->hash, data, size);
}

/* Nobody can be asked whether these bytes are where they should be: they have no ordinal, and count as sent.
 */
void log_position_take_raw(LogPosition *p, int stream, const char *data, size_t size, uint64_t time_nsec)
{
        LogTrail *t = log_position_trail(p, stream);
        const char *newline;

        while ((newline = memchr(data, '\n', size))) {
                size_t n = (size_t) (newline - data);

                log_hash_feed(&t->open.hash, data, n);
                t->entries[t->n % LOG_TRAIL_SLOTS] = (LogEntry){ log_hash_end(&t->open.hash), time_nsec, 0 };
                STORE(t->n, t->n + 1);
                STORE(t->sent_n, t->n);
                t->open.hash = (LogHash){};
                data += n + 1;
                size -= n + 1;
        }
        if (size > 0)
                grow_open_line(&t->open, data, size, time_nsec);
}

void log_position_sent(LogPosition *p, uint64_t ordinal)
{
        STORE(p->sent, ordinal);
}

void log_position_stream_sent(LogPosition *p, int stream, uint64_t n)
{
        STORE(log_position_trail(p, stream)->sent_n, n);
}

void log_position_received(LogPosition *p, size_t bytes, uint64_t now_nsec)
{
        p->last_nsec = now_nsec;
        p->bytes += bytes;
        if (p->n_marks > 0 && p->bytes - p->marks[(p->n_marks - 1) % LOG_MARKS].bytes < MARK_BYTES)
                return;
        p->marks[p->n_marks % LOG_MARKS] = (LogMark){ now_nsec, p->bytes };
        STORE(p->n_marks, p->n_marks + 1);
}

void log_position_calm(LogPosition *p)
{
        p->calm_nsec = p->last_nsec;
}

const LogEntry *log_trail_last(const LogTrail *t, uint64_t i)
{
        return i < t->n && i < LOG_TRAIL_LINES ? &t->entries[(t->n - 1 - i) % LOG_TRAIL_SLOTS] : NULL;
}

/* Only lines that have a stamp. */
static const LogEntry *stored_last(const LogTrail *t, uint64_t i)
{
        return t->n > t->stored_n && i < t->n - t->stored_n ? log_trail_last(t, i) : NULL;
}

/* Removes the lines that are not in the journal. */
static void shorten(const LogPosition *p, LogTrail *t, uint64_t ordinal)
{
        const LogEntry *last;

        for (size_t i = 0; i < LOG_TRAIL_SLOTS; i++) {
                last = log_trail_last(t, 0);
                if (!last || (p->without_ordinals ? t->n <= t->sent_n : last->ordinal <= ordinal))
                        break;
                STORE(t->n, t->n - 1);
        }
}

void log_position_settle(LogPosition *p, uint64_t ordinal, const char *epoch)
{
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++)
                shorten(p, log_position_trail(p, stream), ordinal);
        STORE(p->offered, p->sent);
        /* From here on the position is settled, even if we are killed. */
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                log_position_trail(p, stream)->sent_n = log_position_trail(p, stream)->n;
                for (size_t i = 0; i < LOG_TRAIL_SLOTS; i++)
                        log_position_trail(p, stream)->entries[i].ordinal = 0;
        }
        memset(p->epoch, 0, sizeof(p->epoch));
        (void) strncpy(p->epoch, epoch, LOG_EPOCH_SIZE);
        STORE(p->offered, 0);
        STORE(p->sent, 0);
}

void log_position_store(LogPosition *p, const LogBound bounds[static _STREAM_MAX])
{
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                LogTrail *t = log_position_trail(p, stream);

                t->base = bounds[stream];
                t->stored_n = t->n;
                t->pending_nsec = 0;
        }
        STORE(p->mode, LOG_MODE_STORED);
}

void log_position_attach(LogPosition *p, uint64_t since_nsec, uint64_t now_nsec)
{
        p->n_marks = 0;
        p->calm_nsec = since_nsec;
        p->last_nsec = now_nsec;
        STORE(p->mode, LOG_MODE_ATTACHED);
}

LogBound log_trail_bound(const LogTrail *t)
{
        const LogEntry *last = stored_last(t, 0), *e;
        LogBound bound;

        if (!last || last->time_nsec < t->base.time_nsec)
                return t->base;
        bound = (LogBound){ last->time_nsec, 0 };
        while ((e = stored_last(t, bound.count)) && e->time_nsec == bound.time_nsec)
                bound.count++;
        if (bound.time_nsec == t->base.time_nsec)
                bound.count += t->base.count;
        return bound;
}

static uint64_t since_attached(const LogPosition *p)
{
        uint64_t since = p->begin_nsec;

        if (p->calm_nsec > SLACK_NSEC)
                since = MAX(since, p->calm_nsec - SLACK_NSEC);
        for (size_t i = 0; i < MIN(p->n_marks, (uint64_t) LOG_MARKS); i++)
                if (p->bytes >= LAG_BYTES && p->marks[i].bytes <= p->bytes - LAG_BYTES)
                        since = MAX(since, p->marks[i].time_nsec);
        return since;
}

/* A line with a stamp long before that of an accepted line of the other stream came before that line. */
static uint64_t since_stored(const LogPosition *p)
{
        uint64_t first = UINT64_MAX, last = 0;

        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                const LogTrail *t = log_position_trail(p, stream);
                const LogEntry *e = stored_last(t, 0);

                first = MIN(first, log_trail_bound(t).time_nsec);
                last = MAX(last, e ? e->time_nsec : 0);
        }
        if (last > DISORDER_NSEC)
                first = MAX(first, last - DISORDER_NSEC);
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                const LogTrail *t = log_position_trail(p, stream);

                if (t->pending_nsec > 0)
                        first = MIN(first, t->pending_nsec);
                if (t->open.hash.all.size > 0)
                        first = MIN(first, t->open.time_nsec);
        }
        return first;
}

/* If the clock was never set back. */
static uint64_t since_ordered(const LogPosition *p)
{
        return p->mode == LOG_MODE_STORED ? since_stored(p) : since_attached(p);
}

bool log_position_is_disordered(const LogPosition *p)
{
        return p->ceiling_nsec > 0 && since_ordered(p) <= p->ceiling_nsec;
}

uint64_t log_position_since(const LogPosition *p)
{
        uint64_t since = since_ordered(p);

        return log_position_is_disordered(p) ? MIN(since, p->floor_nsec) : since;
}

bool log_position_note_clock(LogPosition *p, uint64_t now_nsec, uint64_t boot_nsec)
{
        uint64_t clock = now_nsec - boot_nsec, since = log_position_since(p);
        int64_t back = (int64_t) (p->clock_nsec - clock);
        bool set_back = p->clock_nsec != 0 && back >= STEP_MIN_NSEC;

        if (set_back) {
                p->floor_nsec = since > (uint64_t) back ? since - (uint64_t) back : 0;
                STORE(p->ceiling_nsec, MAX(p->ceiling_nsec, now_nsec + (uint64_t) back));
        } else if (p->clock_nsec != 0 && -back >= STEP_MIN_NSEC) {
                p->floor_nsec = since;
                STORE(p->ceiling_nsec, MAX(p->ceiling_nsec, now_nsec));
        }
        STORE(p->clock_nsec, clock);
        return set_back;
}
