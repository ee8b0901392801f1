/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The position in the container's output, kept so that the next supervisor goes on with the first line
 * that is not in the journal: codec/log-position.h in a source/position-file.h. */

#include <time.h>
#include <unistd.h>

#include "journal/journal-search.h"
#include "supervisor-internal.h"
#include "util/log.h"
#include "util/macro.h"

/* Lines of which we don't know whether they are in the journal; no more than the trail has room for. */
#define UNSENT_MAX 256

uint64_t supervisor_now_nsec(Supervisor *s)
{
        uint64_t usec;

        if (sd_event_now(s->event, CLOCK_REALTIME, &usec) < 0)
                return 0;
        return usec * NSEC_PER_USEC;
}

/* What was taken goes out at the end of the wake-up: where we are killed before, the journal is asked for
 * the last lines, and those shall be few. True: all that was taken is there. */
bool supervisor_note_sent(Supervisor *s)
{
        Continuity *c = &s->continuity;
        LogPosition *p = c->position;

        if (!supervisor_flush_output(s))
                return false;
        log_position_sent(p, p->offered);
        c->entries_base = p->offered - c->entries_sent;
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                log_position_stream_sent(p, stream, log_position_trail(p, stream)->n);
                c->lines_base[stream] = log_position_trail(p, stream)->n - c->lines_sent[stream];
        }
        return true;
}

/* Lines that could not be sent at all were offered as well: what is counted here is no more than there
 * is. */
void supervisor_entries_sent(Supervisor *s, uint64_t n)
{
        Continuity *c = &s->continuity;

        c->entries_sent = n;
        if (c->position)
                log_position_sent(c->position, MAX(c->position->sent, n + c->entries_base));
}

void supervisor_lines_sent(Supervisor *s, int stream, uint64_t n)
{
        Continuity *c = &s->continuity;

        c->lines_sent[stream] = n;
        if (c->position)
                log_position_stream_sent(c->position, stream, n + c->lines_base[stream]);
}

static bool contains(const uint64_t *hashes, size_t n, uint64_t hash)
{
        for (size_t i = 0; i < n; i++)
                if (hashes[i] == hash)
                        return true;
        return false;
}

/* Entries without ordinal are known by what they say: the last of the lines on their way that is among
 * the last ones there, and those before it, were sent. */
static int settle_streams(LogPosition *p)
{
        uint64_t hashes[2 * UNSENT_MAX];
        int n = journal_last_lines(JOURNAL_VARLINK_SOCKET, (pid_t) p->pid, hashes, ELEMENTSOF(hashes));

        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR && n >= 0; stream++) {
                const LogTrail *t = log_position_trail(p, stream);
                const LogEntry *e;

                for (uint64_t i = 0; t->n - i > t->sent_n && (e = log_trail_last(t, i)); i++)
                        if (contains(hashes, (size_t) n, e->hash)) {
                                log_position_stream_sent(p, stream, t->n - i);
                                break;
                        }
        }
        return n;
}

/* A position that was left behind: what of the lines that were being sent is in the journal? */
static void settle(Supervisor *s)
{
        LogPosition *p = s->continuity.position;
        uint64_t last = p->sent;
        int r = 0;

        if (p->offered > p->sent && p->without_ordinals)
                r = settle_streams(p);
        else if (p->offered > p->sent)
                r = journal_find_last(JOURNAL_VARLINK_SOCKET, p->epoch, p->sent, p->offered, &last);
        if (r < 0)
                log_warning_errno(
                        r, "Failed to look into the journal for the last lines, they may come twice: %m");
        log_position_settle(p, last, s->log_epoch);
}

/* 1: the container's output has a position from which it goes on. 0: it begins now. */
int supervisor_open_position(Supervisor *s)
{
        Continuity *c = &s->continuity;
        /* By hand, and without a name, nobody will adopt it. */
        bool keep = s->journal && s->config.runtime_folder && s->config.run->name, found = false;
        _cleanup_free_ char *base = NULL;
        int r;

        if (keep) {
                base = supervisor_base_folder(s);
                if (!base)
                        return -ENOMEM;
        }
        r = position_file_new(&c->file, base, s->facts->container.name, s->facts->container.id, &found);
        if (r < 0 && r != -ENOMEM) {
                log_debug_errno(r, "Failed to keep the output's position in %s, it won't survive us: %m",
                                base ?: "?");
                r = position_file_new(&c->file, NULL, NULL, s->facts->container.id, &found);
        }
        if (r < 0)
                return r;
        c->position = position_file_get(c->file);
        found = found && s->facts->adopted;
        if (found)
                settle(s);
        else
                log_position_init(c->position, s->facts->container.id, s->log_epoch, supervisor_now_nsec(s));
        c->position->pid = (uint64_t) getpid();
        c->position->without_ordinals = s->streams[STREAM_STDOUT] || s->streams[STREAM_STDERR];
        (void) supervisor_note_sent(s);
        return found;
}

void supervisor_offer_line(Supervisor *s, int stream, const Line *line, uint64_t stamp_nsec)
{
        LogPosition *p = s->continuity.position;
        uint64_t time = stamp_nsec;

        if (!p)
                return;
        if (p->offered - p->sent >= UNSENT_MAX)
                (void) supervisor_note_sent(s);
        if (p->mode == LOG_MODE_ATTACHED) {
                time = supervisor_now_nsec(s);
                log_position_received(p, line->size + 1, time);
        }
        log_position_offer(p, stream, log_line_hash(line->data, line->size), time);
}

void supervisor_withdraw_line(Supervisor *s, int stream)
{
        if (s->continuity.position)
                log_position_withdraw(s->continuity.position, stream);
}
