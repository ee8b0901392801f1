/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A stored log is not always complete. The engine rotates it, and what is written faster than it is read is
 * lost to us; or an administrator empties the file of json-file, and a follow of it misses lines or stands
 * still. The attach stream has neither fault, but begins at some time. So both are read at once for a while,
 * and compared (witness.h). What the stored log lost comes from the attach stream, at its place. When both
 * agree, or the stored log stands still, the attach stream takes its place.
 */

#include <stdlib.h>

#include "codec/journal/log-position.h"
#include "loop/event-util.h"
#include "util/log.h"
#include "util/macro.h"
#include "way-back.h"
#include "witness.h"

/* A line that one of the two has may come so much later on the other. */
#define AGREE_USEC USEC_PER_SEC
#define STILL_NSEC (2 * NSEC_PER_SEC)
/* Of a large log the engine may have to look through all files before the first line comes. */
#define BEGIN_NSEC (10 * NSEC_PER_SEC)

/* The last line of the stored log that was delivered. */
typedef struct WayBackLast {
        uint64_t stamp_nsec, hash;
        LineBreak why;
} WayBackLast;

struct WayBack {
        sd_event *event;
        LogStream *live;        /* NULL: it has ended, or was taken */
        sd_event_source *judge; /* compares the two */
        sd_event_source *calm;  /* nothing more can be read from either */
        bool waiting;           /* a line waits for it */
        bool calmed;            /* … and nothing more could be read since it was offered */
        bool armed;
        bool useless; /* the two can no longer be compared */
        bool taken;
        uint64_t begin_nsec; /* CLOCK_REALTIME: lines with an earlier stamp are not of the attach stream */
        uint64_t open_nsec; /* CLOCK_REALTIME: lines with a later stamp certainly are; 0: not attached yet */
        uint64_t moved_nsec; /* CLOCK_BOOTTIME: when the stored log last had a line, or its reading began */
        bool has_moved;      /* it had one in this reading */
        WayBackLast last[_STREAM_MAX];
        Witness witness;
        WayBackReport report;
        void *userdata;
};

static void arm(WayBack *w)
{
        if (!w->armed && !w->taken)
                w->armed = timer_arm(w->judge, AGREE_USEC) >= 0;
}

/* The stored log is followed on. What the attach stream has goes by unread. */
void way_back_give_up(WayBack *w)
{
        if (w->taken)
                return;
        w->useless = true;
        witness_done(&w->witness);
        arm(w);
}

static void on_open(void *userdata)
{
        WayBack *w = ASSERT_PTR(userdata);

        if (w->open_nsec == 0)
                w->open_nsec = event_realtime_nsec(w->event);
}

static int on_line(int stream, const Line *line, uint64_t stamp_nsec, void *userdata)
{
        WayBack *w = ASSERT_PTR(userdata);
        int r;

        if (line->why == LINE_EOF || w->useless)
                return 1; /* the stored log has the end */
        r = witness_see(&w->witness, stream, line, event_boottime_nsec(w->event));
        arm(w);
        if (r < 0)
                way_back_give_up(w);
        return r < 0 ? 1 : r;
}

/* If the container has ended, what was seen is complete, and is still compared with the stored log. */
static void on_eof(int r, const char *message, void *userdata)
{
        WayBack *w = ASSERT_PTR(userdata);

        log_debug("The stream beside the stored log ended: %s", message ?: "?");
        w->live = log_stream_free(w->live);
        if (r < 0)
                way_back_give_up(w);
        w->report(WAY_BACK_ENDED, w->userdata);
}

/* Only so that the stream can report it to whoever takes it. */
static void on_live_calm(void *userdata)
{
}

static const LogStreamOps live_ops = { on_open, on_line, on_live_calm, on_eof };

/* There may be room again for the line that live holds, or a line of the stored log waits. */
static int on_calm(sd_event_source *source, void *userdata)
{
        WayBack *w = ASSERT_PTR(userdata);

        if (w->waiting) {
                w->waiting = false;
                w->calmed = true;
                w->report(WAY_BACK_CALM, w->userdata);
        } else
                way_back_resume(w);
        return 0;
}

/* Lines of the attach stream wait, and the stored log has none. */
static bool stands_still(const WayBack *w, const WitnessLine *held, uint64_t now)
{
        uint64_t limit = w->has_moved ? STILL_NSEC : BEGIN_NSEC;

        return held && now - w->moved_nsec > limit && now - held->seen_nsec > STILL_NSEC;
}

/* Each branch may free us. */
static int on_judge(sd_event_source *source, uint64_t usec, void *userdata)
{
        WayBack *w = ASSERT_PTR(userdata);
        uint64_t now = event_boottime_nsec(w->event), age = AGREE_USEC * NSEC_PER_USEC;
        int stream;
        const WitnessLine *held = witness_first(&w->witness, &stream);

        w->armed = false;
        if (w->useless)
                w->live = log_stream_free(w->live);
        if (!w->live)
                return 0;
        if (held || w->witness.met)
                arm(w);
        if (stands_still(w, held, now))
                w->report(WAY_BACK_BEHIND, w->userdata);
        else if (witness_agrees(&w->witness, now - MIN(now, age)))
                w->report(WAY_BACK_AGREES, w->userdata);
        else
                way_back_resume(w);
        return 0;
}

void way_back_resume(WayBack *w)
{
        if (w->live)
                log_stream_resume(w->live);
}

void way_back_note_reading(WayBack *w)
{
        w->moved_nsec = event_boottime_nsec(w->event);
        w->has_moved = false;
}

void way_back_note_line(WayBack *w)
{
        w->moved_nsec = event_boottime_nsec(w->event);
        w->has_moved = true;
}

/* A line of the attach stream, too. */
static bool is_common(const WayBack *w, const Line *line, uint64_t stamp_nsec)
{
        return !w->useless && !w->taken && stamp_nsec >= w->begin_nsec && line->why != LINE_EOF;
}

/* Where a line is unknown to the attach stream, that may have it, after others that were lost, among what
 * can be read. */
static bool waits_for_calm(WayBack *w)
{
        bool calmed = w->calmed;

        w->calmed = false;
        w->waiting = !calmed && w->live && defer_arm(w->calm) >= 0;
        return w->waiting;
}

/* The attach stream is not to be resumed in here: libcurl may be at work. */
static void drop(WayBack *w, int stream)
{
        witness_drop(&w->witness, stream);
        if (w->live && log_stream_is_held(w->live))
                (void) defer_arm(w->calm);
}

/* Docker 20.10 reads a log once more from some place on when it was rotated. The engine's clock has
 * nanoseconds, so two equal lines with one stamp are one line. */
bool way_back_is_repeated(const WayBack *w, int stream, const Line *line, uint64_t stamp_nsec)
{
        const WayBackLast *last = &w->last[stream];

        return stamp_nsec < last->stamp_nsec ||
               (stamp_nsec == last->stamp_nsec && last->why != LINE_MAX_SIZE &&
                log_line_hash(line->data, line->size) == last->hash);
}

/* A line from before the attaching may by chance be equal to one after it. But such lines are rarely what is
 * left of a log that has lost some. */
static bool may_be_chance(const WayBack *w, uint64_t stamp_nsec, bool has_lost)
{
        return w->open_nsec == 0 || (stamp_nsec <= w->open_nsec && !has_lost);
}

int way_back_catch_up(WayBack *w, int stream, const Line *line, uint64_t stamp_nsec, bool has_lost,
                      TakeLine next, void *userdata)
{
        const WitnessLine *held;
        size_t n;

        if (!is_common(w, line, stamp_nsec))
                return 1;
        n = witness_missing(&w->witness, stream, line);
        if (n == WITNESS_UNSEEN && waits_for_calm(w))
                return 0;
        if (n == WITNESS_UNSEEN || may_be_chance(w, stamp_nsec, has_lost))
                return 1;
        for (; n > 0; n--) {
                held = witness_first_of(&w->witness, stream);
                if (next(stream, &(Line){ held->data, held->size, held->why }, stamp_nsec - 1, userdata) ==
                    0)
                        return 0;
                drop(w, stream);
        }
        return 1;
}

void way_back_delivered(WayBack *w, int stream, const Line *line, uint64_t stamp_nsec)
{
        w->last[stream] = (WayBackLast){ stamp_nsec, log_line_hash(line->data, line->size), line->why };
        w->calmed = false;
        if (!is_common(w, line, stamp_nsec))
                return;
        if (witness_delivered(&w->witness, stream, line, event_boottime_nsec(w->event)) < 0)
                way_back_give_up(w);
        arm(w);
}

bool way_back_flush(WayBack *w, bool stamped, TakeLine next, void *userdata)
{
        uint64_t clock = event_realtime_nsec(w->event) - event_boottime_nsec(w->event);
        const WitnessLine *held;
        int stream;

        while ((held = witness_first(&w->witness, &stream))) {
                if (next(stream, &(Line){ held->data, held->size, held->why },
                         stamped ? held->seen_nsec + clock : 0, userdata) == 0)
                        return false;
                witness_drop(&w->witness, stream);
        }
        return true;
}

LogStream *way_back_take(WayBack *w, const LogStreamOps *ops, void *userdata)
{
        assert(w->live && !w->taken);
        log_stream_set_ops(w->live, ops, userdata);
        w->taken = true;
        (void) timer_arm(w->judge, UINT64_MAX);
        return TAKE_PTR(w->live);
}

bool way_back_is_useless(const WayBack *w)
{
        return w->useless;
}

bool way_back_has_met(const WayBack *w)
{
        return w->witness.met;
}

bool way_back_has_more(const WayBack *w)
{
        return w->live && !w->useless &&
               (w->witness.of[STREAM_STDOUT].n_seen > 0 || w->witness.of[STREAM_STDERR].n_seen > 0);
}

uint64_t way_back_since(const WayBack *w)
{
        return w->begin_nsec;
}

bool way_back_is_taken(const WayBack *w)
{
        return w->taken;
}

int way_back_reattach(WayBack *w, Engine *engine, const LogStreamTarget *target)
{
        if (w->live || w->taken || w->useless)
                return 0;
        /* What the container wrote in between only the stored log has. */
        witness_restart(&w->witness);
        w->open_nsec = 0;
        return log_stream_new(&w->live, w->event, engine, target, &live_ops, w);
}

int way_back_new(WayBack **ret, sd_event *event, Engine *engine, const LogStreamTarget *target,
                 WayBackReport report, void *userdata)
{
        static const EventTraits calm = { "log-way-back-calm", EVENT_PRIORITY_CALM, EVENT_FAILURE_DISABLE };
        static const EventTraits judge = { "log-way-back", EVENT_PRIORITY_LOG, EVENT_FAILURE_DISABLE };
        _cleanup_(way_back_freep) WayBack *w = calloc(1, sizeof(*w));
        int r;

        if (!w)
                return -ENOMEM;
        *w = (WayBack){ .event = sd_event_ref(event),
                        .begin_nsec = event_realtime_nsec(event),
                        .moved_nsec = event_boottime_nsec(event),
                        .report = report,
                        .userdata = userdata };
        r = event_add_timer(event, &w->judge, on_judge, w, &judge);
        if (r >= 0)
                r = event_add_defer(event, &w->calm, on_calm, w, &calm);
        if (r >= 0)
                r = log_stream_new(&w->live, event, engine, target, &live_ops, w);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(w);
        return 0;
}

WayBack *way_back_free(WayBack *w)
{
        if (!w)
                return NULL;
        log_stream_free(w->live);
        sd_event_source_disable_unref(w->judge);
        sd_event_source_disable_unref(w->calm);
        witness_done(&w->witness);
        sd_event_unref(w->event);
        free(w);
        return NULL;
}
