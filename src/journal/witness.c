/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Each stream is compared by itself. A line that is delivered first waits in `ahead` for its twin, one that
 * is seen first waits in `held`; so at most one of the two has any, apart from lines that only one stream
 * has. If a line is delivered whose twin is not the first one that is held, then those before it are
 * missing: the stream that is delivered has lost them.
 *
 * The witness may have begun within a line. Its first line is then the end of one that was delivered. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/journal/log-position.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "witness.h"

/* Of all lines that are held, with what each costs besides. */
#define BYTES_MAX ((size_t) 4 * 1024 * 1024)
#define LINE_COST sizeof(WitnessLine)
#define ROOM_MIN ((size_t) 16)

void witness_drop(Witness *w, int stream)
{
        WitnessStream *s = &w->of[stream];
        WitnessLine *first = s->held + s->begin;

        assert(s->n_held > 0);
        w->bytes -= first->size + LINE_COST;
        free(first->data);
        s->begin = --s->n_held > 0 ? s->begin + 1 : 0;
}

void witness_done(Witness *w)
{
        for (int stream = 0; stream < _STREAM_MAX; stream++) {
                WitnessStream *s = &w->of[stream];

                while (s->n_held > 0)
                        witness_drop(w, stream);
                free(s->held);
                free(s->ahead);
                free(s->last);
        }
        *w = (Witness){ .bytes = 0 };
}

void witness_restart(Witness *w)
{
        for (int stream = 0; stream < _STREAM_MAX; stream++) {
                WitnessStream *s = &w->of[stream];

                s->ahead_begin = s->n_ahead = 0;
                s->n_seen = s->n_held;
        }
        w->met = false;
}

/* The line is longer than its end, and that is the same. */
static bool ends_with(const char *data, size_t size, const char *end, size_t end_size)
{
        return end_size > 0 && size > end_size && memcmp(data + size - end_size, end, end_size) == 0;
}

/* A line that was delivered before it was seen. Those before it were never seen: they are older than the
 * witness. */
static bool take_from_ahead(WitnessStream *s, uint64_t hash)
{
        for (size_t i = 0; i < s->n_ahead; i++)
                if (s->ahead[s->ahead_begin + i].hash == hash) {
                        s->n_ahead -= i + 1;
                        s->ahead_begin = s->n_ahead > 0 ? s->ahead_begin + i + 1 : 0;
                        return true;
                }
        return false;
}

/* Room for one more item after the n items from begin on. Returns the array, which may be another one; NULL:
 * out of memory, and all is as it was. */
static void *make_room(void *items, size_t item_size, size_t *begin, size_t n, size_t *allocated)
{
        size_t wanted = MAX(*allocated * 2, ROOM_MIN);
        void *grown;

        if (*begin + n < *allocated)
                return items;
        if (*begin > n) {
                memcpy(items, (char *) items + *begin * item_size, n * item_size);
                *begin = 0;
                return items;
        }
        grown = reallocarray(items, wanted, item_size);
        if (grown)
                *allocated = wanted;
        return grown;
}

static char *copy_of(const Line *line)
{
        char *copy = malloc(MAX(line->size, (size_t) 1));

        if (copy)
                memcpy(copy, line->data, line->size);
        return copy;
}

static int hold(Witness *w, WitnessStream *s, const Line *line, uint64_t hash, uint64_t now_nsec)
{
        WitnessLine *held = make_room(s->held, sizeof(*held), &s->begin, s->n_held, &s->allocated);
        char *data;

        if (!held)
                return -ENOMEM;
        s->held = held;
        data = copy_of(line);
        if (!data)
                return -ENOMEM;
        held[s->begin + s->n_held++] =
                (WitnessLine){ data, line->size, line->why, hash, now_nsec, w->count++ };
        w->bytes += line->size + LINE_COST;
        return 1;
}

int witness_see(Witness *w, int stream, const Line *line, uint64_t now_nsec)
{
        WitnessStream *s = &w->of[stream];
        uint64_t hash = log_line_hash(line->data, line->size);
        bool known;

        if (w->bytes > 0 && w->bytes + line->size + LINE_COST > BYTES_MAX)
                return 0;
        known = take_from_ahead(s, hash) ||
                (s->last && ends_with(s->last, s->last_size, line->data, line->size));
        s->n_seen++;
        free(s->last);
        s->last = NULL;
        w->met = w->met || known;
        return known ? 1 : hold(w, s, line, hash, now_nsec);
}

const WitnessLine *witness_first_of(const Witness *w, int stream)
{
        const WitnessStream *s = &w->of[stream];

        return s->n_held > 0 ? s->held + s->begin : NULL;
}

size_t witness_missing(const Witness *w, int stream, const Line *line)
{
        const WitnessStream *s = &w->of[stream];
        uint64_t hash = log_line_hash(line->data, line->size);

        for (size_t i = 0; i < s->n_held; i++)
                if (s->held[s->begin + i].hash == hash)
                        return i;
        return WITNESS_UNSEEN;
}

static int keep_last(WitnessStream *s, const Line *line)
{
        char *copy = copy_of(line);

        if (!copy)
                return -ENOMEM;
        free(s->last);
        s->last = copy;
        s->last_size = line->size;
        return 0;
}

/* This line, or the first line of the witness, which is the end of this one. */
static bool is_twin(const WitnessStream *s, const WitnessLine *held, const Line *line, uint64_t hash)
{
        return held->hash == hash ||
               (s->n_seen == s->n_held && ends_with(line->data, line->size, held->data, held->size));
}

int witness_delivered(Witness *w, int stream, const Line *line, uint64_t now_nsec)
{
        WitnessStream *s = &w->of[stream];
        const WitnessLine *held = witness_first_of(w, stream);
        uint64_t hash = log_line_hash(line->data, line->size);
        WitnessMark *ahead;

        if (held && is_twin(s, held, line, hash)) {
                witness_drop(w, stream);
                w->met = true;
                return 0;
        }
        if (s->n_ahead == WITNESS_AHEAD_MAX)
                return -ENOBUFS;
        ahead = make_room(s->ahead, sizeof(*ahead), &s->ahead_begin, s->n_ahead, &s->ahead_allocated);
        if (!ahead)
                return -ENOMEM;
        s->ahead = ahead;
        ahead[s->ahead_begin + s->n_ahead++] = (WitnessMark){ hash, now_nsec };
        return s->n_seen > 0 ? 0 : keep_last(s, line);
}

const WitnessLine *witness_first(const Witness *w, int *ret_stream)
{
        const WitnessLine *first = NULL;

        for (int stream = 0; stream < _STREAM_MAX; stream++) {
                const WitnessLine *line = witness_first_of(w, stream);

                if (line && (!first || line->number < first->number)) {
                        first = line;
                        *ret_stream = stream;
                }
        }
        return first;
}

bool witness_agrees(const Witness *w, uint64_t since_nsec)
{
        for (int stream = 0; stream < _STREAM_MAX; stream++) {
                const WitnessStream *s = &w->of[stream];

                if (s->n_held > 0 || (s->n_ahead > 0 &&
                                      s->ahead[s->ahead_begin + s->n_ahead - 1].delivered_nsec > since_nsec))
                        return false;
        }
        return w->met;
}
