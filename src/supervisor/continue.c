/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Every line once, whatever breaks.
 *
 * A container that we start is attached to before: that is cheap, and has all from the first byte on.
 * Once there is a gap (the stream breaks, the engine is restarted, the container is started again by
 * others, we were killed and adopt it) only the engine's stored log knows what came meanwhile. Its lines
 * have stamps. Ours have not, so the two are joined first: what the log has since a time by which we
 * can't have missed anything is listed, and laid over the lines that we remember (codec/log-join.h).
 * From the end of these on the log is followed, for the rest of the container's life; and where that
 * breaks it goes on at the last stamp.
 *
 * A stream that ends while the container lives, or with its connection, is such a gap. The piece of a
 * line that it ends with is put aside: it comes again, as a whole line, unless the engine was killed
 * before it stored it. */

#include <stdlib.h>
#include <string.h>

#include "codec/journal/log-join.h"
#include "loop/event-util.h"
#include "supervisor-internal.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"

/* Lines of a stream that are listed: more than we can have missed the end of ours by, see
 * codec/log-position.c. */
#define LISTED_MAX ((size_t) 64 * 1024)
/* Without anything to be read for so long, the engine had nothing either. */
#define RESTED_NSEC (100 * USEC_PER_MSEC * NSEC_PER_USEC)
/* Times that the engine may fail to read its log, as an old one does for some log drivers. */
#define REFUSALS_MAX 3
/* Deadlines of STATE_DRAINING that may pass while the engine, which has the rest of the output, is away. */
#define ENGINE_WAITS_MAX 1
#define BACKOFF_MIN_USEC (100 * USEC_PER_MSEC)
#define BACKOFF_MAX_USEC (5 * USEC_PER_SEC)

/* Where lines are missing, or come twice, and nothing can be done. */
static void say_gap(Supervisor *s, const char *why)
{
        Continuity *c = &s->continuity;

        if (c->gap_said)
                return;
        c->gap_said = true;
        log_event(LOG_WARNING, MESSAGE_ID_OUTPUT_GAP, "The output of container %s was interrupted: %s.",
                  s->facts->container.name, why);
}

static void say_unreadable(Supervisor *s)
{
        say_gap(s, "its log driver can't be read, what it wrote meanwhile is missing");
}

/* Torn lines */

static void forget_torn(TornLine *t)
{
        free(t->data);
        *t = (TornLine){ .data = NULL };
}

/* Always taken: there is at most one a stream. */
static void keep_torn(Supervisor *s, int stream, const Line *line, uint64_t stamp_nsec)
{
        TornLine *t = &s->continuity.torn[stream];
        uint64_t now = supervisor_now_nsec(s);

        forget_torn(t);
        t->data = malloc(line->size);
        if (!t->data) {
                (void) log_oom();
                return;
        }
        memcpy(t->data, line->data, line->size);
        t->size = line->size;
        t->stamp_nsec = stamp_nsec;
        t->rested = now > s->continuity.calm_nsec && now - s->continuity.calm_nsec > RESTED_NSEC;
}

/* Nothing comes that completes it. 0: no room. */
static int send_torn(Supervisor *s, int stream)
{
        TornLine *t = &s->continuity.torn[stream];

        if (!t->data)
                return 1;
        if (supervisor_take_line(s, stream, &(Line){ t->data, t->size, LINE_EOF }, t->stamp_nsec) == 0)
                return 0;
        forget_torn(t);
        return 1;
}

/* The stream goes on with this line. 1: the torn one is in it, as its begin. 0: no room. 2: it was sent,
 * the line is to come. */
static int complete_torn(Supervisor *s, int stream, const Line *line, uint64_t stamp_nsec)
{
        TornLine *t = &s->continuity.torn[stream];
        _cleanup_free_ char *both = NULL;
        int r;

        if (line->size >= t->size && memcmp(line->data, t->data, t->size) == 0) {
                forget_torn(t);
                return 2;
        }
        /* The engine was killed with it in its buffer. If it had read more, that is lost; but it had
         * nothing more to read. */
        if (!t->rested || !(both = malloc(t->size + line->size)))
                return send_torn(s, stream) == 0 ? 0 : 2;
        memcpy(both, t->data, t->size);
        memcpy(both + t->size, line->data, line->size);
        r = supervisor_take_line(s, stream, &(Line){ both, t->size + line->size, line->why }, stamp_nsec);
        if (r > 0)
                forget_torn(t);
        return r;
}

/* Lines */

static bool is_known(Supervisor *s, int stream, uint64_t stamp_nsec)
{
        LogBound *b = &s->continuity.known[stream];

        if (stamp_nsec > b->time_nsec || (stamp_nsec == b->time_nsec && b->count == 0))
                return false;
        if (stamp_nsec == b->time_nsec)
                b->count--;
        return true;
}

static int on_log_line(int stream, const Line *line, uint64_t stamp_nsec, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        int r = 2;

        if (stamp_nsec > 0 && is_known(s, stream, stamp_nsec))
                return 1;
        if (s->continuity.torn[stream].data)
                r = complete_torn(s, stream, line, stamp_nsec);
        if (r == 2 && line->why == LINE_EOF) {
                keep_torn(s, stream, line, stamp_nsec);
                return 1;
        }
        if (r == 2)
                r = supervisor_take_line(s, stream, line, stamp_nsec);
        if (r > 0 && s->state == STATE_DRAINING)
                supervisor_arm_deadline(s); /* it gets somewhere */
        return r;
}

static void on_log_calm(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        LogPosition *p = s->continuity.position;

        s->continuity.calm_nsec = supervisor_now_nsec(s);
        (void) supervisor_note_sent(s);
        if (p->mode == LOG_MODE_ATTACHED)
                log_position_calm(p);
        else
                for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++)
                        log_position_trail(p, stream)->pending_nsec =
                                log_stream_pending_stamp(s->log, stream);
}

static void on_log_open(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_log(s->record, ATTACHMENT_OPEN);
        supervisor_wake(s);
}

/* The end of a stream */

/* How long until it is tried again: at once where the last try got somewhere. */
static void reopen(Supervisor *s)
{
        Continuity *c = &s->continuity;

        if (c->opened_at_ordinal != s->log_ordinal || c->tail_wanted ||
            (c->listing && c->position->mode == LOG_MODE_STORED))
                c->backoff_usec = 0;
        (void) timer_arm(c->retry, c->backoff_usec);
        c->backoff_usec = backoff_next(c->backoff_usec, BACKOFF_MIN_USEC, BACKOFF_MAX_USEC);
}

/* Docker 20.10 ends what follows a log before it has passed on the last lines: they are asked for once
 * more. */
static void want_tail(Supervisor *s)
{
        Continuity *c = &s->continuity;

        c->tail_wanted = c->stored && !c->listing && !c->broken && s->facts->dead && !c->tail_read;
}

void supervisor_continue_log(Supervisor *s, bool lives_on)
{
        Continuity *c = &s->continuity;

        if (s->facts->log != ATTACHMENT_ENDED ||
            !IN_STATE(s, STATE_STARTING, STATE_INSPECTING, STATE_RUNNING, STATE_STOPPING, STATE_KILLING,
                      STATE_DRAINING))
                return;
        c->broken = c->broken || lives_on;
        want_tail(s);
        if (c->broken || c->tail_wanted)
                reopen(s);
}

void supervisor_log_lost_engine(Supervisor *s)
{
        if (s->facts->log == ATTACHMENT_ENDED && !s->facts->dead)
                s->continuity.broken = true;
}

bool supervisor_log_waits_for_engine(Supervisor *s)
{
        Continuity *c = &s->continuity;

        if (s->facts->events_open || s->facts->stop_requested || c->engine_waits >= ENGINE_WAITS_MAX ||
            supervisor_log_is_drained(s))
                return false;
        c->engine_waits++;
        return true;
}

bool supervisor_log_is_drained(Supervisor *s)
{
        Continuity *c = &s->continuity;

        if (!s->log)
                return true;
        if (s->facts->log != ATTACHMENT_ENDED)
                return false;
        if ((c->broken || (c->stored && !c->tail_read)) && !s->facts->destroyed && !c->unreadable)
                return false;
        return send_torn(s, STREAM_STDOUT) > 0 && send_torn(s, STREAM_STDERR) > 0;
}

/* The engine has refused to read its log, or what comes is none. For this container's log driver that is
 * final; the rest may pass. */
static void note_refusal(Supervisor *s, int r, const char *message)
{
        Continuity *c = &s->continuity;
        int status = log_stream_status(s->log);

        if (r != -EBADMSG && status < 400) {
                c->refusals = 0;
                return;
        }
        log_debug("The engine refused to read its log: %s", message ?: "?");
        if (status != 501 && ++c->refusals < REFUSALS_MAX)
                return;
        c->unreadable = true;
        say_unreadable(s);
}

static void on_log_eof(int r, const char *message, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        Continuity *c = &s->continuity;

        record_log(s->record, ATTACHMENT_ENDED);
        c->broken = c->broken || r < 0 || (!s->facts->dead && !s->facts->events_open);
        if (c->stored)
                note_refusal(s, r, message);
        c->tail_read = c->tail_wanted && !c->broken;
        want_tail(s);
        if (s->state == STATE_ATTACHING && !facts_container_is_alive(s->facts)) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "Failed to attach to the container's output: %s",
                                message ?: "it ended before it began");
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        log_debug("The container's output ended%s%s.", r < 0 ? " early: " : "",
                  r < 0 ? message ?: strerror(-r) : "");
        supervisor_wake(s);
        if (c->tail_wanted)
                reopen(s);
        else if (s->facts->events_open && (c->broken || !s->facts->dead))
                supervisor_compare(s); /* does the container live? Then the stream goes on */
}

static const LogStreamOps stream_ops = { on_log_open, on_log_line, on_log_calm, on_log_eof };

/* The join */

static int on_listed_line(int stream, const Line *line, uint64_t stamp_nsec, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        LogListing *l = &s->continuity.listings[stream];

        if (l->n == LISTED_MAX) {
                /* The end of ours is not among the first of them, if it is behind these. */
                if (l->lines[l->n / 2].time_nsec > s->continuity.position->last_nsec)
                        return 1;
                l->n /= 2;
                memmove(l->lines, l->lines + l->n, l->n * sizeof(*l->lines));
        }
        if (l->n == l->allocated) {
                size_t wanted = MAX(l->allocated * 2, (size_t) 1024);
                LogStored *grown = reallocarray(l->lines, wanted, sizeof(*grown));

                if (!grown) {
                        (void) log_oom();
                        return 1;
                }
                l->lines = grown;
                l->allocated = wanted;
        }
        l->lines[l->n++] = (LogStored){ log_line_hash(line->data, line->size), stamp_nsec };
        return 1;
}

static void join(Supervisor *s)
{
        Continuity *c = &s->continuity;
        LogBound bounds[_STREAM_MAX] = {};

        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                LogListing *l = &c->listings[stream];
                size_t known;
                LogJoin join = log_join(log_position_trail(c->position, stream), l->lines, l->n, &known);

                log_debug("Joined %s: %s, %zu of %zu lines are known.", stream_to_string(stream),
                          log_join_to_string(join), known, l->n);
                if (join == LOG_JOIN_GUESS)
                        say_gap(s, "what the engine has stored does not fit what was received, lines may be "
                                   "missing "
                                   "or come twice");
                bounds[stream] = log_join_bound(l->lines, known, c->since_nsec);
        }
        log_position_store(c->position, bounds);
}

static void drop_listings(Continuity *c)
{
        for (size_t i = 0; i < ELEMENTSOF(c->listings); i++) {
                free(c->listings[i].lines);
                c->listings[i] = (LogListing){ .lines = NULL };
        }
}

static void on_listing_open(void *userdata)
{
}

static void on_listing_eof(int r, const char *message, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        /* What the journal has not yet is no line that is known. It is to be tried again then. */
        if (r >= 0 && supervisor_note_sent(s))
                join(s);
        drop_listings(&s->continuity);
        if (r < 0) {
                on_log_eof(r, message, s);
                return;
        }
        record_log(s->record, ATTACHMENT_ENDED);
        reopen(s);
}

static const LogStreamOps listing_ops = { on_listing_open, on_listed_line, NULL, on_listing_eof };

/* Opening */

static int open_stream(Supervisor *s, unsigned flags, uint64_t since_nsec, const LogStreamOps *ops)
{
        const RunOptions *run = s->config.run;
        int r;

        s->log = log_stream_free(s->log);
        record_log(s->record, ATTACHMENT_NONE);
        flags |= (s->facts->container.tty ? LOG_STREAM_TTY : 0) |
                 (run->attach_stdout ? 0 : LOG_STREAM_NO_STDOUT) |
                 (run->attach_stderr ? 0 : LOG_STREAM_NO_STDERR);
        r = log_stream_new(&s->log, s->event, s->engine,
                           &(LogStreamTarget){ s->facts->container.id, flags, since_nsec }, ops, s);
        if (r >= 0)
                record_log(s->record, ATTACHMENT_OPENING);
        return r;
}

int supervisor_attach_log(Supervisor *s)
{
        s->continuity.broken = s->continuity.stored = false;
        return open_stream(s, 0, 0, &stream_ops);
}

static int open_stored(Supervisor *s)
{
        Continuity *c = &s->continuity;
        bool follow = c->position->mode == LOG_MODE_STORED;
        int r;
        unsigned flags = LOG_STREAM_STORED | (follow && !c->tail_wanted ? LOG_STREAM_FOLLOW : 0);

        c->stored = true;
        c->listing = !follow;
        c->broken = c->tail_read = false;
        c->since_nsec = log_position_since(c->position);
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++)
                c->known[stream] = log_trail_bound(log_position_trail(c->position, stream));
        drop_listings(c);
        r = open_stream(s, flags, c->since_nsec, follow ? &stream_ops : &listing_ops);
        if (r >= 0)
                record_log(s->record, ATTACHMENT_OPEN); /* there is nothing to be missed */
        return r;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (s->facts->log == ATTACHMENT_ENDED && supervisor_open_log(s) < 0)
                log_warning("Failed to go on with the container's output, lines may be missing.");
        return 0;
}

int supervisor_open_log(Supervisor *s)
{
        static const EventTraits retry = { "log-retry", EVENT_PRIORITY_LOG, EVENT_FAILURE_DISABLE };
        Continuity *c = &s->continuity;
        bool gap = c->position;
        int r = 0;

        if (!s->forward_log)
                return 0;
        if (!c->retry)
                r = event_add_timer(s->event, &c->retry, on_retry, s, &retry);
        if (r >= 0 && !gap) {
                c->unreadable = strcmp(s->facts->container.log_driver, "none") == 0;
                r = supervisor_open_position(s);
                gap = r > 0;
                if (r == 0 && s->facts->adopted && s->facts->container.request_hash)
                        say_gap(s, "the position in it was not kept, what it wrote before may be missing");
        }
        if (r < 0)
                return r;
        c->opened_at_ordinal = s->log_ordinal;
        c->tail_wanted = c->tail_wanted && s->facts->dead;
        if (gap && !c->unreadable)
                return open_stored(s);
        if (gap)
                say_unreadable(s);
        return supervisor_attach_log(s);
}

void supervisor_done_continuity(Supervisor *s)
{
        Continuity *c = &s->continuity;

        /* A container that lives on may be adopted. */
        if (c->file && !facts_container_is_alive(s->facts))
                position_file_remove(c->file);
        c->file = position_file_free(c->file);
        c->position = NULL;
        sd_event_source_disable_unref(c->retry);
        drop_listings(c);
        for (size_t i = 0; i < ELEMENTSOF(c->torn); i++)
                forget_torn(&c->torn[i]);
}
