/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A line with a stamp may be known: then it ends here (known-lines.h). The rest goes through what compares
 * it with the attach stream (way-back.h), and what puts a torn line aside (torn-lines.h). Raw bytes are only
 * compared with what is known. */

#include "line-path.h"
#include "continuity.h"
#include "loop/event-util.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"

/* When nothing could be read for so long, the engine had nothing either. */
#define RESTED_NSEC (100 * USEC_PER_MSEC * NSEC_PER_USEC)

void line_path_say_gap(LinePath *p, const char *why)
{
        if (p->gap_said)
                return;
        p->gap_said = true;
        log_event(LOG_WARNING, MESSAGE_ID_OUTPUT_GAP, "The output of container %s was interrupted: %s.",
                  p->ties->facts->container.name, why);
}

static int pass_on(int stream, const Line *line, uint64_t stamp_nsec, void *userdata)
{
        LinePath *p = ASSERT_PTR(userdata);
        int r = p->ties->next->take_line(stream, line, stamp_nsec, p->ties->next_userdata);

        p->got_lines |= r > 0;
        return r;
}

static int take_raw(LinePath *p, int stream, const Line *bytes, uint64_t stamp_nsec)
{
        bool differs = false;
        int r;

        if (stamp_nsec == 0)
                return pass_on(stream, bytes, stamp_nsec, p);
        r = known_lines_take_raw(&p->stored_log.known, ledger_position(p->ties->ledger), stream, bytes,
                                 stamp_nsec, pass_on, p, &differs);
        if (differs)
                line_path_say_gap(p, LINE_PATH_MISFIT);
        return r;
}

/* A line that is new. */
static int take_new(int stream, const Line *line, uint64_t stamp_nsec, void *userdata)
{
        LinePath *p = ASSERT_PTR(userdata);
        uint64_t now = event_boottime_nsec(p->ties->event);

        return torn_lines_take(&p->torn, stream, line, stamp_nsec,
                               now > p->calm_nsec && now - p->calm_nsec > RESTED_NSEC);
}

/* What comes after lines that are no longer in a log may be missing in it as well. */
static void note_rotation(LinePath *p)
{
        if (stored_log_lost_lines(&p->stored_log))
                line_path_say_gap(
                        p, "its stored log was rotated or emptied before it was read, lines may be missing");
}

/* Lines are compared, and raw streams have none. */
static bool may_compare(const LinePath *p, unsigned flags)
{
        return ledger_is_open(p->ties->ledger) &&
               !(flags & (LOG_STREAM_RAW_STDOUT | LOG_STREAM_RAW_STDERR)) &&
               !log_position_is_disordered(ledger_position(p->ties->ledger));
}

void line_path_begin_way_back(LinePath *p, unsigned flags, WayBackReport report, void *userdata)
{
        const LogStreamTarget target = { p->ties->facts->container.id, flags, 0 };
        WayBack **w = &p->way_back;
        int r;

        if (*w && way_back_is_useless(*w))
                *w = way_back_free(*w);
        if (!may_compare(p, flags))
                return;
        r = *w ? way_back_reattach(*w, p->ties->engine, &target)
               : way_back_new(w, p->ties->event, p->ties->engine, &target, report, userdata);
        if (r < 0)
                log_debug_errno(r, "Failed to attach beside the stored log, following that only: %m");
}

void line_path_note_reading(LinePath *p)
{
        if (p->way_back)
                way_back_note_reading(p->way_back);
}

void line_path_note_clock(LinePath *p)
{
        if (p->way_back && log_position_is_disordered(ledger_position(p->ties->ledger)))
                way_back_give_up(p->way_back);
}

static int take_compared(LinePath *p, int stream, const Line *line, uint64_t stamp_nsec)
{
        bool compared = p->way_back && stamp_nsec > 0 && !way_back_is_useless(p->way_back);
        int r;

        if (compared && way_back_is_repeated(p->way_back, stream, line, stamp_nsec))
                return 1;
        if (compared && way_back_catch_up(p->way_back, stream, line, stamp_nsec,
                                          stored_log_lost_lines(&p->stored_log), take_new, p) == 0)
                return 0;
        r = take_new(stream, line, stamp_nsec, p);
        if (r > 0 && compared)
                way_back_delivered(p->way_back, stream, line, stamp_nsec);
        return r;
}

int line_path_take(LinePath *p, int stream, const Line *line, uint64_t stamp_nsec)
{
        int r;

        if (p->way_back && stamp_nsec > 0)
                way_back_note_line(p->way_back);
        if (line->why == LINE_RAW)
                r = take_raw(p, stream, line, stamp_nsec);
        else if (stamp_nsec > 0 && known_lines_take(&p->stored_log.known, stream, stamp_nsec))
                return 1;
        else if (!line_path_pass_on_held(p))
                return 0;
        else
                r = take_compared(p, stream, line, stamp_nsec);
        if (r > 0 && stamp_nsec > 0)
                note_rotation(p);
        if (r > 0)
                p->ties->ops->on_progress(p->ties->userdata);
        return r;
}

bool line_path_pass_on_held(LinePath *p)
{
        if (!p->way_back || !way_back_is_taken(p->way_back))
                return true;
        if (!way_back_flush(p->way_back, false, take_new, p))
                return false;
        p->way_back = way_back_free(p->way_back);
        return true;
}

void line_path_calm(LinePath *p, const LogStream *log)
{
        Ledger *l = p->ties->ledger;

        p->calm_nsec = event_boottime_nsec(p->ties->event);
        (void) p->ties->next->flush(p->ties->next_userdata);
        if (ledger_position(l)->mode == LOG_MODE_ATTACHED) {
                if (line_path_pass_on_held(p))
                        ledger_calm(l);
                return;
        }
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++)
                ledger_pending(l, stream, log_stream_pending_stamp(log, stream));
}

/* If the stored log has ended without lines that the attach stream has, they were rotated away. The end of
 * that stream is reported, and the drain's deadline is the limit. */
void line_path_finish(LinePath *p)
{
        WayBack *w = p->way_back;

        if (w && !way_back_flush(w, !way_back_is_taken(w), take_new, p))
                return;
        if (w && way_back_has_more(w)) {
                way_back_resume(w);
                return;
        }
        p->way_back = way_back_free(w);
        torn_lines_finish(&p->torn);
}

bool line_path_is_empty(const LinePath *p)
{
        return !p->way_back && torn_lines_is_empty(&p->torn);
}

void line_path_init(LinePath *p, const ContinuityTies *ties)
{
        *p = (LinePath){ .ties = ties, .torn = { .next = pass_on, .userdata = p } };
}

void line_path_done(LinePath *p)
{
        way_back_free(p->way_back);
        stored_log_done(&p->stored_log);
        torn_lines_done(&p->torn);
}
