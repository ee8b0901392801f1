/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A pipeline:
 *
 *      engine → continuity → ledger → transport → journald
 *
 * The continuity makes of the engine's streams one sequence of lines; the ledger notes each line before the
 * transport takes it, and is told what journald has. The stages don't know each other: this file hands lines
 * down, and counts and room up. Where the transport has no room the line stays with the engine's stream. */

#include <stdlib.h>
#include <string.h>

#include "codec/journal/journal-entry.h"
#include "continuity.h"
#include "journal-sync.h"
#include "journal/output.h"
#include "ledger.h"
#include "loop/event-util.h"
#include "transport.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/text.h"

#define LAST_LINE_SIZE_MAX 256
/* For journald to write what a killed supervisor has sent it. */
#define SYNC_TIMEOUT_USEC (5 * USEC_PER_SEC)

struct Output {
        sd_event *event;
        const Facts *facts;
        const OutputOps *ops;
        void *userdata;
        Engine *engine;
        OutputWay ways[_STREAM_MAX];
        char *position_folder, *varlink_socket;

        Continuity *continuity;
        Ledger *ledger;
        Transport *transport;
        JournalSync *sync; /* before the ledger is settled */

        char *last_lines[OUTPUT_LAST_LINES_MAX]; /* a ring */
        size_t n_last_lines;                     /* all ever seen */
        char last_line[LAST_LINE_SIZE_MAX];      /* that is not blank */
        size_t last_line_size;
};

/* Sends what was taken, and tells the ledger. Where we are killed, the journal is asked for the lines
 * between the two: so this is done at the end of each wake-up, and those lines are few. */
static bool flush(void *userdata)
{
        Output *o = ASSERT_PTR(userdata);

        if (!transport_flush(o->transport))
                return false;
        ledger_all_sent(o->ledger);
        return true;
}

/* For the message when READY=1 never comes, and for what is said of the end. */
static void remember_line(Output *o, const Line *line)
{
        char **slot = &o->last_lines[o->n_last_lines % OUTPUT_LAST_LINES_MAX];

        if (!text_is_blank(line->data, MIN(line->size, sizeof(o->last_line)))) {
                o->last_line_size = MIN(line->size, sizeof(o->last_line));
                memcpy(o->last_line, line->data, o->last_line_size);
        }
        if (o->facts->ready_sent)
                return;
        free(*slot);
        *slot = strndup(line->data, MIN(line->size, (size_t) LAST_LINE_SIZE_MAX));
        o->n_last_lines++;
}

static int take_line(int stream, const Line *line, uint64_t stamp_nsec, void *userdata)
{
        Output *o = ASSERT_PTR(userdata);

        if (line->why == LINE_RAW) {
                if (transport_send(o->transport, stream, line, stamp_nsec) == 0)
                        return 0;
                /* Of a dump without a stored log, the hashes would take more time than all the rest. */
                if (continuity_can_read_again(o->continuity))
                        ledger_take_raw(o->ledger, stream, line, stamp_nsec, event_realtime_nsec(o->event));
                return 1;
        }
        if (ledger_is_full(o->ledger))
                (void) flush(o);
        ledger_offer(o->ledger, stream, line, stamp_nsec, event_realtime_nsec(o->event));
        if (transport_send(o->transport, stream, line, stamp_nsec) == 0) {
                ledger_withdraw(o->ledger, stream);
                return 0;
        }
        remember_line(o, line);
        return 1;
}

static const ContinuityNext next = { take_line, flush };

/* Of a line that waited, it is reported what becomes of it: then this is not called, because the Output may
 * have been freed there. */
static void on_room(void *userdata)
{
        Output *o = ASSERT_PTR(userdata);

        if (!continuity_resume(o->continuity))
                o->ops->on_room(o->userdata);
}

static void on_entries_sent(uint64_t n, void *userdata)
{
        Output *o = ASSERT_PTR(userdata);

        ledger_entries_sent(o->ledger, n);
}

static void on_lines_sent(int stream, uint64_t n, void *userdata)
{
        Output *o = ASSERT_PTR(userdata);

        ledger_lines_sent(o->ledger, stream, n);
}

static void on_write_failed(int stream, int error, void *userdata)
{
        Output *o = ASSERT_PTR(userdata);

        o->ops->on_write_failed(stream, error, o->userdata);
}

static const TransportOps transport_ops = { on_room, on_entries_sent, on_lines_sent, on_write_failed };

void output_name_container(Output *o)
{
        assert(o);
        transport_name_container(o->transport);
}

static int open_ledger(Output *o)
{
        const ContainerInfo *c = &o->facts->container;

        return ledger_open(o->ledger,
                           &(LedgerKey){
                                   .folder = o->facts->in_service ? o->position_folder : NULL,
                                   .name = c->name,
                                   .id = c->id,
                                   .epoch = transport_epoch(o->transport),
                                   .adopted = o->facts->adopted,
                                   .without_ordinals = transport_has_streams(o->transport),
                           },
                           event_realtime_nsec(o->event));
}

static int go_on_from_position(Output *o)
{
        ledger_settle(o->ledger);
        (void) flush(o);
        return continuity_open(o->continuity, true);
}

static void on_synced(int r, void *userdata)
{
        Output *o = ASSERT_PTR(userdata);

        o->sync = journal_sync_free(o->sync);
        if (r < 0)
                log_debug_errno(r, "journald did not write the journal, reading it all the same: %m");
        r = go_on_from_position(o);
        if (r < 0)
                o->ops->on_failed(r, o->userdata);
}

/* The position of a supervisor that was killed. Which of its last lines are in the journal can only be seen
 * there, after journald has written what it was sent. */
static int adopt_position(Output *o)
{
        static const JournalSyncOps ops = { on_synced };
        int r;

        if (!ledger_needs_journal(o->ledger))
                return go_on_from_position(o);
        r = journal_sync_new(&o->sync, o->event, o->varlink_socket ?: JOURNAL_VARLINK_SOCKET,
                             SYNC_TIMEOUT_USEC, &ops, o);
        if (r < 0) {
                log_debug_errno(r,
                                "journald can't be asked to write the journal, reading it all the same: %m");
                return go_on_from_position(o);
        }
        continuity_expect(o->continuity);
        return 0;
}

int output_open(Output *o)
{
        const Facts *f = o->facts;
        int r;

        assert(o);
        if (o->sync || !continuity_is_wanted(o->continuity))
                return 0;
        if (ledger_is_open(o->ledger))
                return continuity_open(o->continuity, true);
        r = open_ledger(o);
        if (r < 0)
                return r;
        if (r > 0)
                return adopt_position(o);
        (void) flush(o);
        if (f->adopted && f->container.request_label)
                continuity_say_gap(o->continuity,
                                   "the position in it was not kept, what it wrote before may be missing");
        return continuity_open(o->continuity, false);
}

int output_resume(Output *o)
{
        assert(o);
        continuity_note_new_life(o->continuity);
        return continuity_state(o->continuity) == ATTACHMENT_NONE ? output_open(o) : 0;
}

int output_await_restart(Output *o)
{
        output_close(o);
        return continuity_await_restart(o->continuity);
}

void output_close(Output *o)
{
        assert(o);
        o->sync = journal_sync_free(o->sync);
        continuity_close(o->continuity);
}

void output_continue(Output *o, bool lives_on)
{
        assert(o);
        continuity_go_on(o->continuity, lives_on);
}

void output_lost_engine(Output *o)
{
        assert(o);
        continuity_lost_engine(o->continuity);
}

void output_drive(Output *o)
{
        assert(o);
        continuity_finish(o->continuity);
        (void) flush(o);
}

bool output_is_left_to_engine(const Output *o)
{
        assert(o);
        return continuity_leaves_lines_to_engine(o->continuity);
}

bool output_is_drained(const Output *o)
{
        assert(o);
        return continuity_is_drained(o->continuity);
}

bool output_is_delivered(const Output *o)
{
        return output_is_drained(o) && transport_is_empty(o->transport);
}

bool output_extend(Output *o)
{
        assert(o);
        return !flush(o) || continuity_is_held(o->continuity) || continuity_wait_for_engine(o->continuity);
}

size_t output_last_lines(const Output *o, const char *ret[static OUTPUT_LAST_LINES_MAX])
{
        size_t n = MIN(o->n_last_lines, (size_t) OUTPUT_LAST_LINES_MAX);

        for (size_t i = 0; i < n; i++)
                ret[i] = o->last_lines[(o->n_last_lines - n + i) % OUTPUT_LAST_LINES_MAX] ?: "";
        return n;
}

char *output_last_line(const Output *o, size_t max)
{
        size_t skip;

        if (o->last_line_size == 0)
                return NULL;
        if (journal_priority_prefix(o->last_line, o->last_line_size, &skip) < 0)
                skip = 0;
        return text_one_line(o->last_line + skip, o->last_line_size - skip, max);
}

/* The first stages, for the output of one container from its begin. */
static int begin(Output *o)
{
        _cleanup_(continuity_freep) Continuity *continuity = NULL;
        _cleanup_(ledger_freep) Ledger *ledger = NULL;
        int r = ledger_new(&ledger);

        if (r >= 0)
                r = continuity_new(&continuity,
                                   &(ContinuityTies){ o->event, o->engine, o->facts, ledger, o->ops,
                                                      o->userdata, &next, o },
                                   o->ways);
        if (r < 0)
                return r;
        continuity_free(o->continuity);
        if (o->ledger)
                ledger_remove(o->ledger);
        ledger_free(o->ledger);
        o->continuity = TAKE_PTR(continuity);
        o->ledger = TAKE_PTR(ledger);
        return 0;
}

int output_forget(Output *o)
{
        output_close(o);
        return begin(o);
}

Output *output_free(Output *o)
{
        if (!o)
                return NULL;
        /* In this order: what the transport still sends goes into the ledger. */
        o->sync = journal_sync_free(o->sync);
        o->continuity = continuity_free(o->continuity);
        transport_free(o->transport);
        /* A container that lives on may be adopted. */
        if (o->ledger && !facts_container_is_alive(o->facts))
                ledger_remove(o->ledger);
        ledger_free(o->ledger);
        for (size_t i = 0; i < ELEMENTSOF(o->last_lines); i++)
                free(o->last_lines[i]);
        free(o->position_folder);
        free(o->varlink_socket);
        sd_event_unref(o->event);
        free(o);
        return NULL;
}

void output_give_back(Output *o)
{
        transport_give_back(o->transport);
}

static OutputWay way_of(const Output *o, int stream, bool forward)
{
        if (!forward)
                return OUTPUT_NOWHERE;
        return transport_is_raw(o->transport, stream) ? OUTPUT_RAW : OUTPUT_JOURNAL;
}

int output_new(Output **ret, sd_event *event, Engine *engine, const OutputConfig *config, const Facts *facts,
               const OutputOps *ops, void *userdata)
{
        _cleanup_(output_freep) Output *o = NULL;
        int r;

        o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;
        o->event = sd_event_ref(event);
        o->facts = facts;
        o->ops = ops;
        o->userdata = userdata;
        o->engine = engine;
        if (config->position_folder && !(o->position_folder = strdup(config->position_folder)))
                return -ENOMEM;
        if (config->varlink_socket && !(o->varlink_socket = strdup(config->varlink_socket)))
                return -ENOMEM;
        r = transport_new(&o->transport, event, config, facts, &transport_ops, o);
        if (r < 0)
                return r;
        o->ways[STREAM_STDOUT] = way_of(o, STREAM_STDOUT, config->forward_stdout);
        o->ways[STREAM_STDERR] = way_of(o, STREAM_STDERR, config->forward_stderr);
        r = begin(o);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}
