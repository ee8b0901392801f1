/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The engine's stream of the container's output, and how it goes on after a gap. The lines that come out of
 * it are each once and in their order. */

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "engine/engine.h"
#include "facts/facts.h"
#include "journal/output.h"
#include "ledger.h"
#include "output-way.h"
#include "torn-lines.h"
#include "util/cleanup.h"

typedef struct Continuity Continuity;

/* What comes after it in the pipeline. */
typedef struct ContinuityNext {
        /* Where there is no room, continuity_resume() follows. */
        TakeLine take_line;
        /* True: all that was taken is in the journal, and the ledger knows. */
        bool (*flush)(void *userdata);
} ContinuityNext;

/* All of it is borrowed and outlives the Continuity. Of ops, on_log, on_ended, on_failed, on_progress and
 * on_room are called. */
typedef struct ContinuityTies {
        sd_event *event;
        Engine *engine;
        const Facts *facts;
        Ledger *ledger;
        const OutputOps *ops;
        void *userdata; /* for ops */
        const ContinuityNext *next;
        void *next_userdata;
} ContinuityTies;

int continuity_new(Continuity **ret, const ContinuityTies *ties, const OutputWay ways[static _STREAM_MAX]);
Continuity *continuity_free(Continuity *c);
DEFINE_TRIVIAL_CLEANUP_FUNC(Continuity *, continuity_free)

/* One of the container's streams goes somewhere; the engine's own driver `journald` writes lines to the
 * journal itself. */
bool continuity_is_wanted(const Continuity *c);
/* … and does so with lines that would be ours to write. */
bool continuity_leaves_lines_to_engine(const Continuity *c);
/* The engine stores what it sends, as far as we know, so that a line can come once more. */
bool continuity_can_read_again(const Continuity *c);

/* continuity_open() follows later: ATTACHMENT_OPENING. */
void continuity_expect(Continuity *c);
/* The ledger is open. gap: some of the output was written before, and the engine's stored log has it; else
 * we attach. */
int continuity_open(Continuity *c, bool gap);
/* The stream is closed: where the engine keeps no stored log, attaches to the stopped container. */
int continuity_await_restart(Continuity *c);
/* It was started again: what is stored since the death that facts tell of is not known. Where nothing is
 * stored, the begin of this life may be missing: says so. */
void continuity_note_new_life(Continuity *c);
/* See output.h. */
void continuity_close(Continuity *c);
void continuity_go_on(Continuity *c, bool lives_on);
void continuity_lost_engine(Continuity *c);

/* Lines are missing, or come twice, and nothing can be done about it: says so, once. */
void continuity_say_gap(Continuity *c, const char *why);

/* There is room again. True: a line was waiting for it; what becomes of it is reported. */
bool continuity_resume(Continuity *c);
/* A line waits for room. */
bool continuity_is_held(const Continuity *c);

/* The container has ended: torn lines, which nothing will complete, are passed on at the end of the stream.
 */
void continuity_finish(Continuity *c);
/* Nothing more comes. */
bool continuity_is_drained(const Continuity *c);
/* The engine has the rest of the output of a dead container, and is away. True: wait for it (once). */
bool continuity_wait_for_engine(Continuity *c);

Attachment continuity_state(const Continuity *c);
