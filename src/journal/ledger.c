/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What is offered and sent is counted twice: by the position, from its epoch on, and by the sockets to
 * journald, from their beginning on. A base is the difference between the two. It is set when all that was
 * offered is sent, which is the only moment when both are known to mean the same line: a line that could not
 * be sent at all was offered, too. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal-search.h"
#include "ledger.h"
#include "position-file.h"
#include "util/log.h"
#include "util/macro.h"

/* Lines that may be offered and not known to be sent: fewer than a trail has room for. */
#define UNSENT_MAX 256

struct Ledger {
        PositionFile *file;
        LogPosition *position; /* in it; NULL: not settled */
        char epoch[LOG_EPOCH_SIZE + 1];
        bool without_ordinals;
        uint64_t entries_sent, entries_base;
        uint64_t lines_sent[_STREAM_MAX], lines_base[_STREAM_MAX];
};

int ledger_new(Ledger **ret)
{
        Ledger *l = calloc(1, sizeof(*l));

        if (!l)
                return -ENOMEM;
        *ret = l;
        return 0;
}

Ledger *ledger_free(Ledger *l)
{
        if (!l)
                return NULL;
        position_file_free(l->file);
        free(l);
        return NULL;
}

bool ledger_is_open(const Ledger *l)
{
        return l->position;
}

const LogPosition *ledger_position(const Ledger *l)
{
        return l->position;
}

void ledger_remove(Ledger *l)
{
        if (l->file)
                position_file_remove(l->file);
}

/* What is in the journal of lines that were on their way there when their supervisor was killed */

static bool contains(const uint64_t *hashes, size_t n, uint64_t hash)
{
        for (size_t i = 0; i < n; i++)
                if (hashes[i] == hash)
                        return true;
        return false;
}

/* Entries without an ordinal are known by what they say: of the lines on their way, the last one that is
 * among the last entries was sent, and so were those before it. */
static int settle_streams(LogPosition *p)
{
        uint64_t hashes[2 * UNSENT_MAX];
        int n = journal_last_lines((pid_t) p->pid, hashes, ELEMENTSOF(hashes));

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

/* From now on the lines are ours. */
static void begin(Ledger *l)
{
        l->position = position_file_get(l->file);
        l->position->pid = (uint64_t) getpid();
        l->position->without_ordinals = l->without_ordinals;
}

bool ledger_needs_journal(const Ledger *l)
{
        const LogPosition *p = position_file_get(l->file);

        return p->offered > p->sent;
}

void ledger_settle(Ledger *l)
{
        LogPosition *p = position_file_get(l->file);
        uint64_t last = p->sent;
        int r = 0;

        assert(!l->position);
        if (ledger_needs_journal(l))
                r = p->without_ordinals ? settle_streams(p)
                                        : journal_find_last(p->epoch, p->sent, p->offered, &last);
        if (r < 0)
                log_warning_errno(r, "The last lines of the container's output may come twice, because the "
                                     "journal can't be read: %m");
        log_position_settle(p, last, l->epoch);
        begin(l);
}

int ledger_open(Ledger *l, const LedgerKey *key, uint64_t now_nsec)
{
        bool found = false;
        int r;

        assert(!l->position);
        l->file = position_file_free(l->file);
        r = position_file_new(&l->file, key->folder, key->name, key->id, &found);
        if (r < 0 && r != -ENOMEM) {
                log_debug_errno(r, "Failed to keep the output's position in %s, it won't outlive us: %m",
                                key->folder ?: "memory");
                r = position_file_new(&l->file, NULL, NULL, key->id, &found);
        }
        if (r < 0)
                return r;
        (void) snprintf(l->epoch, sizeof(l->epoch), "%s", key->epoch);
        l->without_ordinals = key->without_ordinals;
        if (found && key->adopted)
                return 1;
        log_position_init(position_file_get(l->file), key->id, key->epoch, now_nsec);
        begin(l);
        return 0;
}

/* Lines on their way */

bool ledger_is_full(const Ledger *l)
{
        return l->position && l->position->offered - l->position->sent >= UNSENT_MAX;
}

void ledger_offer(Ledger *l, int stream, const Line *line, uint64_t stamp_nsec, uint64_t now_nsec)
{
        LogPosition *p = l->position;
        bool attached = p && p->mode == LOG_MODE_ATTACHED;

        if (!p)
                return;
        if (attached)
                log_position_received(p, line->size + 1, now_nsec);
        log_position_offer(p, stream, log_line_hash(line->data, line->size),
                           attached ? now_nsec : stamp_nsec);
}

void ledger_withdraw(Ledger *l, int stream)
{
        if (l->position)
                log_position_withdraw(l->position, stream);
}

void ledger_take_raw(Ledger *l, int stream, const Line *bytes, uint64_t stamp_nsec, uint64_t now_nsec)
{
        LogPosition *p = l->position;
        bool attached = p && p->mode == LOG_MODE_ATTACHED;

        if (!p)
                return;
        if (attached)
                log_position_received(p, bytes->size, now_nsec);
        log_position_take_raw(p, stream, bytes->data, bytes->size, attached ? now_nsec : stamp_nsec);
}

void ledger_entries_sent(Ledger *l, uint64_t n)
{
        l->entries_sent = n;
        if (l->position)
                log_position_sent(l->position, MAX(l->position->sent, n + l->entries_base));
}

void ledger_lines_sent(Ledger *l, int stream, uint64_t n)
{
        l->lines_sent[stream] = n;
        if (l->position)
                log_position_stream_sent(l->position, stream, n + l->lines_base[stream]);
}

void ledger_all_sent(Ledger *l)
{
        LogPosition *p = l->position;

        if (!p)
                return;
        log_position_sent(p, p->offered);
        l->entries_base = p->offered - l->entries_sent;
        for (int stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++) {
                log_position_stream_sent(p, stream, log_position_trail(p, stream)->n);
                l->lines_base[stream] = log_position_trail(p, stream)->n - l->lines_sent[stream];
        }
}

/* What the stream has */

void ledger_calm(Ledger *l)
{
        log_position_calm(l->position);
}

void ledger_pending(Ledger *l, int stream, uint64_t stamp_nsec)
{
        log_position_trail(l->position, stream)->pending_nsec = stamp_nsec;
}

bool ledger_note_clock(Ledger *l, uint64_t now_nsec, uint64_t boot_nsec)
{
        return l->position && log_position_note_clock(l->position, now_nsec, boot_nsec);
}

void ledger_store(Ledger *l, const LogBound bounds[static _STREAM_MAX])
{
        log_position_store(l->position, bounds);
}

void ledger_attach(Ledger *l, uint64_t since_nsec, uint64_t now_nsec)
{
        log_position_attach(l->position, since_nsec, now_nsec);
}
