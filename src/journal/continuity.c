/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Every line once, whatever breaks.
 *
 * A container that we start is attached to before its start: that is cheap, and has everything from the
 * first byte on. After a gap (the stream broke, the engine was restarted, others have started the container
 * again, we were killed and adopt it) only the engine's stored log has what came meanwhile. Its lines have
 * stamps, the lines that we received have none. So the two are joined first: the stored lines since a time
 * by which we can't have missed anything are listed, and laid over the lines that we remember
 * (codec/journal/log-join.h). From the end of these on the log is followed, until the container is
 * attached to again (way-back.h): a log that is rotated, or emptied by somebody, loses lines. Raw streams
 * follow it for the rest of the container's life. Where that breaks, it goes on at the last stamp.
 *
 * A stream that ends while the container lives, or together with its connection, is such a gap. The torn
 * line that it ends with is put aside (torn-lines.h). */

#include <stdlib.h>
#include <string.h>

#include "continuity.h"
#include "engine/log-stream.h"
#include "line-path.h"
#include "loop/clock-watch.h"
#include "loop/event-util.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"

/* So often the engine may fail to read its log, as an old one does for some log drivers. */
#define REFUSALS_MAX 3
#define ENGINE_WAITS_MAX 1
#define BACKOFF_MIN_USEC (100 * USEC_PER_MSEC)
#define BACKOFF_MAX_USEC (5 * USEC_PER_SEC)

struct Continuity {
        ContinuityTies ties;
        OutputWay ways[_STREAM_MAX];
        LogStream *log;
        Attachment state;
        sd_event_source *retry; /* opens the stream that has ended once more */
        ClockWatch *clock;
        uint64_t backoff_usec;
        uint64_t opened_nsec; /* the stream, CLOCK_REALTIME */

        bool broken;                 /* the stream ended, and the output did not */
        bool stored;                 /* the stream is of the stored log */
        bool listing;                /* … to be listed and joined with our lines */
        bool tail_wanted, tail_read; /* … once more after the container's end */
        bool unreadable;             /* the engine has no stored log of this container */
        unsigned engine_waits;       /* for an engine that is away, at the end */
        unsigned refusals;           /* of the engine to read its log, one after the other */
        LinePath path;
};

static void set_state(Continuity *c, Attachment state)
{
        if (c->state == state)
                return;
        c->state = state;
        c->ties.ops->on_log(state, c->ties.userdata);
}

void continuity_say_gap(Continuity *c, const char *why)
{
        line_path_say_gap(&c->path, why);
}

static void say_unreadable(Continuity *c)
{
        continuity_say_gap(c, "its log driver can't be read, what it wrote meanwhile is missing");
}

/* Lines */

static int on_line(int stream, const Line *line, uint64_t stamp_nsec, void *userdata)
{
        Continuity *c = ASSERT_PTR(userdata);

        return line_path_take(&c->path, stream, line, stamp_nsec);
}

static void on_calm(void *userdata)
{
        Continuity *c = ASSERT_PTR(userdata);

        line_path_calm(&c->path, c->log);
}

static void on_open(void *userdata)
{
        Continuity *c = ASSERT_PTR(userdata);

        c->opened_nsec = event_realtime_nsec(c->ties.event);
        set_state(c, ATTACHMENT_OPEN);
}

/* The end of a stream */

/* Has the stream opened once more: at once where the last one got somewhere, else after a while. */
static void reopen(Continuity *c)
{
        if (c->path.got_lines || c->tail_wanted || c->path.stored_log.joined)
                c->backoff_usec = 0;
        (void) timer_arm(c->retry, c->backoff_usec);
        c->backoff_usec = backoff_next(c->backoff_usec, BACKOFF_MIN_USEC, BACKOFF_MAX_USEC);
}

/* Docker 20.10 ends a log that is followed before it has passed on the last lines: they are asked for once
 * more. */
static void want_tail(Continuity *c)
{
        c->tail_wanted = c->stored && !c->listing && !c->broken && c->ties.facts->dead && !c->tail_read;
}

void continuity_go_on(Continuity *c, bool lives_on)
{
        if (c->state != ATTACHMENT_ENDED)
                return;
        c->broken = c->broken || lives_on;
        want_tail(c);
        if (c->broken || c->tail_wanted)
                reopen(c);
}

void continuity_lost_engine(Continuity *c)
{
        if (c->state == ATTACHMENT_ENDED && !c->ties.facts->dead)
                c->broken = true;
}

/* The engine has refused to read its log, or what comes is no log. For this container's log driver that is
 * final; other reasons may pass. */
static void note_refusal(Continuity *c, int r, const char *message)
{
        int status = log_stream_status(c->log);

        if (r != -EBADMSG && status < 400) {
                c->refusals = 0;
                return;
        }
        log_debug("The engine refused to read its log: %s", message ?: "?");
        if (status != 501 && ++c->refusals < REFUSALS_MAX)
                return;
        c->unreadable = true;
        say_unreadable(c);
}

static void on_eof(int r, const char *message, void *userdata)
{
        Continuity *c = ASSERT_PTR(userdata);
        const Facts *f = c->ties.facts;

        log_debug("The container's output ended%s%s.", r < 0 ? " early: " : "",
                  r < 0 ? message ?: strerror(-r) : "");
        c->broken = c->broken || r < 0 || (!f->dead && !f->events_open);
        if (c->stored)
                note_refusal(c, r, message);
        c->tail_read = c->tail_wanted && !c->broken;
        want_tail(c);
        set_state(c, ATTACHMENT_ENDED);
        if (c->tail_wanted)
                reopen(c);
        c->ties.ops->on_ended(r, message, !c->tail_wanted && f->events_open && (c->broken || !f->dead),
                              c->ties.userdata);
}

static const LogStreamOps stream_ops = { on_open, on_line, on_calm, on_eof };

/* The join */

static int on_listed_line(int stream, const Line *line, uint64_t stamp_nsec, void *userdata)
{
        Continuity *c = ASSERT_PTR(userdata);

        if (stored_log_list(&c->path.stored_log, ledger_position(c->ties.ledger), stream, line, stamp_nsec) <
            0)
                (void) log_oom();
        return 1;
}

static void on_listing_eof(int r, const char *message, void *userdata)
{
        Continuity *c = ASSERT_PTR(userdata);

        /* A line that the journal does not have yet is not known. Then the listing is made once more. */
        if (r >= 0 && line_path_pass_on_held(&c->path) && c->ties.next->flush(c->ties.next_userdata) &&
            stored_log_join(&c->path.stored_log, c->ties.ledger) == LOG_JOIN_GUESS)
                continuity_say_gap(c, LINE_PATH_MISFIT);
        stored_log_done(&c->path.stored_log);
        if (r < 0) {
                on_eof(r, message, c);
                return;
        }
        set_state(c, ATTACHMENT_ENDED);
        reopen(c);
}

static const LogStreamOps listing_ops = { NULL, on_listed_line, NULL, on_listing_eof };

/* Opening */

bool continuity_leaves_lines_to_engine(const Continuity *c)
{
        return output_is_the_engines(c->ways, &c->ties.facts->container);
}

bool continuity_is_wanted(const Continuity *c)
{
        const ContainerInfo *container = &c->ties.facts->container;

        return output_is_asked_for(c->ways, container, STREAM_STDOUT) ||
               output_is_asked_for(c->ways, container, STREAM_STDERR);
}

/* state: of the stream, where it could be opened. */
static int open_stream(Continuity *c, unsigned flags, const LogStreamOps *ops, Attachment state)
{
        int r;

        flags |= output_stream_flags(c->ways, &c->ties.facts->container);
        c->log = log_stream_free(c->log);
        c->broken = c->path.got_lines = false;
        r = log_stream_new(
                &c->log, c->ties.event, c->ties.engine,
                &(LogStreamTarget){ c->ties.facts->container.id, flags, c->path.stored_log.since_nsec }, ops,
                c);
        set_state(c, r < 0 ? ATTACHMENT_NONE : state);
        return r;
}

static int attach(Continuity *c)
{
        c->stored = c->listing = c->path.stored_log.joined = false;
        stored_log_note_new_life(&c->path.stored_log, 0);
        if (c->path.way_back && !way_back_is_taken(c->path.way_back))
                c->path.way_back = way_back_free(c->path.way_back);
        return open_stream(c, 0, &stream_ops, ATTACHMENT_OPENING);
}

/* A line that waits for room is no sign of a log that stands still. */
static bool may_take_way_back(const Continuity *c)
{
        return c->stored && !c->listing && c->state == ATTACHMENT_OPEN && !continuity_is_held(c) &&
               !log_position_is_disordered(ledger_position(c->ties.ledger));
}

static void take_way_back(Continuity *c, WayBackNews news)
{
        log_debug("Attached to the container's output again.");
        if (news == WAY_BACK_BEHIND && !way_back_has_met(c->path.way_back))
                continuity_say_gap(c, "the engine's stored log stands still, lines may be missing");
        ledger_attach(c->ties.ledger, way_back_since(c->path.way_back), event_realtime_nsec(c->ties.event));
        log_stream_free(c->log);
        c->log = way_back_take(c->path.way_back, &stream_ops, c);
        c->stored = c->path.stored_log.joined = false;
        if (line_path_pass_on_held(&c->path))
                log_stream_resume(c->log);
}

static void on_way_back(WayBackNews news, void *userdata)
{
        Continuity *c = ASSERT_PTR(userdata);

        if (news == WAY_BACK_ENDED || c->state == ATTACHMENT_ENDED)
                c->ties.ops->on_room(c->ties.userdata);
        else if (news == WAY_BACK_CALM)
                (void) continuity_resume(c);
        else if (may_take_way_back(c))
                take_way_back(c, news);
}

static void begin_way_back(Continuity *c)
{
        if (continuity_is_wanted(c))
                line_path_begin_way_back(&c->path, output_stream_flags(c->ways, &c->ties.facts->container),
                                         on_way_back, c);
}

/* Nothing can be missed of what is stored: the stream counts as open at once. */
static int open_stored(Continuity *c)
{
        bool follow = stored_log_begin(&c->path.stored_log, ledger_position(c->ties.ledger));
        unsigned flags = LOG_STREAM_STORED | (follow && !c->tail_wanted ? LOG_STREAM_FOLLOW : 0);

        c->stored = true;
        c->listing = !follow;
        c->tail_read = false;
        if (follow && !c->ties.facts->dead)
                begin_way_back(c);
        line_path_note_reading(&c->path);
        return open_stream(c, flags, follow ? &stream_ops : &listing_ops, ATTACHMENT_OPEN);
}

/* True: the clock was set back. */
static bool note_clock(Continuity *c)
{
        bool back = ledger_note_clock(c->ties.ledger, event_realtime_nsec(c->ties.event),
                                      event_boottime_nsec(c->ties.event));

        line_path_note_clock(&c->path);
        return back;
}

void continuity_expect(Continuity *c)
{
        set_state(c, ATTACHMENT_OPENING);
}

int continuity_open(Continuity *c, bool gap)
{
        const Facts *f = c->ties.facts;

        (void) note_clock(c);
        c->unreadable = c->unreadable || strcmp(f->container.log_driver, "none") == 0;
        c->tail_wanted = c->tail_wanted && f->dead;
        if (gap && !c->unreadable)
                return open_stored(c);
        if (gap)
                say_unreadable(c);
        return attach(c);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        Continuity *c = ASSERT_PTR(userdata);
        int r = c->state == ATTACHMENT_ENDED ? continuity_open(c, true) : 0;

        if (r < 0)
                c->ties.ops->on_failed(r, c->ties.userdata);
        return 0;
}

/* What is followed ends for us: the engine passes on only what has a stamp since the time that it was given.
 */
static void on_clock_set(void *userdata)
{
        Continuity *c = ASSERT_PTR(userdata);
        int r = 0;

        if (note_clock(c) && c->stored && c->state == ATTACHMENT_OPEN) {
                log_debug("The clock was set back, reading the stored log again.");
                r = continuity_open(c, true);
        }
        if (r < 0)
                c->ties.ops->on_failed(r, c->ties.userdata);
}

void continuity_close(Continuity *c)
{
        c->log = log_stream_free(c->log);
        c->path.way_back = way_back_free(c->path.way_back);
        set_state(c, ATTACHMENT_NONE);
}

int continuity_await_restart(Continuity *c)
{
        if (c->unreadable)
                return attach(c);
        begin_way_back(c);
        return 0;
}

bool continuity_can_read_again(const Continuity *c)
{
        return !c->unreadable;
}

/* An engine that is about to start the container answers the attach after that. */
static bool has_begin_of_life(const Continuity *c)
{
        return c->state == ATTACHMENT_OPEN && c->opened_nsec < c->ties.facts->started_nsec;
}

void continuity_note_new_life(Continuity *c)
{
        stored_log_note_new_life(&c->path.stored_log, c->ties.facts->died_nsec);
        if (c->unreadable && !has_begin_of_life(c))
                say_unreadable(c);
}

bool continuity_is_held(const Continuity *c)
{
        return c->log && log_stream_is_held(c->log);
}

bool continuity_resume(Continuity *c)
{
        bool held = continuity_is_held(c);

        (void) line_path_pass_on_held(&c->path);
        if (held)
                log_stream_resume(c->log);
        return held;
}

/* The end of the output */

/* The stream has ended, and no other one is going to follow it. */
static bool is_at_end(const Continuity *c)
{
        bool more = c->broken || (c->stored && !c->tail_read);

        return c->state == ATTACHMENT_ENDED && (!more || c->ties.facts->destroyed || c->unreadable);
}

void continuity_finish(Continuity *c)
{
        if (is_at_end(c))
                line_path_finish(&c->path);
}

bool continuity_is_drained(const Continuity *c)
{
        return c->state == ATTACHMENT_NONE || (is_at_end(c) && line_path_is_empty(&c->path));
}

bool continuity_wait_for_engine(Continuity *c)
{
        const Facts *f = c->ties.facts;

        if (f->events_open || f->stop_requested || c->engine_waits >= ENGINE_WAITS_MAX ||
            continuity_is_drained(c))
                return false;
        c->engine_waits++;
        return true;
}

Attachment continuity_state(const Continuity *c)
{
        return c->state;
}

int continuity_new(Continuity **ret, const ContinuityTies *ties, const OutputWay ways[static _STREAM_MAX])
{
        static const EventTraits retry = { "log-retry", EVENT_PRIORITY_LOG, EVENT_FAILURE_DISABLE };
        _cleanup_(continuity_freep) Continuity *c = NULL;
        int r;

        c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        c->ties = *ties;
        memcpy(c->ways, ways, sizeof(c->ways));
        line_path_init(&c->path, &c->ties);
        r = event_add_timer(ties->event, &c->retry, on_retry, c, &retry);
        if (r < 0)
                return r;
        r = clock_watch_new(&c->clock, ties->event, on_clock_set, c);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(c);
        return 0;
}

Continuity *continuity_free(Continuity *c)
{
        if (!c)
                return NULL;
        log_stream_free(c->log);
        line_path_done(&c->path);
        sd_event_source_disable_unref(c->retry);
        clock_watch_free(c->clock);
        free(c);
        return NULL;
}
