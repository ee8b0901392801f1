/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The stored log has the whole of a line that was delivered in part, and the part is left out. The exception
 * is an engine that was killed while it had the begin of the line in its buffer: then its log has only what
 * followed, which does not begin like the open line, and is all new. The bytes of a line that were taken for
 * the open line's before the first difference are new, too: they are the same as those of its head.
 *
 * Only the head of a very long line is compared. */

#include <stdlib.h>
#include <string.h>

#include "raw-gate.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

void raw_gate_drop_line(RawGate *g)
{
        g->known = true;
}

/* How many bytes at the begin of the piece are the next ones of the open line. */
static size_t count_known(const RawGate *g, const LogOpenLine *open, const Line *piece)
{
        size_t i = 0;

        for (; i < piece->size && g->matched + i < open->hash.all.size; i++) {
                uint64_t at = g->matched + i;

                if (at < LOG_HEAD_SIZE ? open->head[at] != piece->data[i] : piece->data[i] == '\n')
                        break;
        }
        return i;
}

/* The bytes before the difference, and those after it. */
static int pass_on_with_head(const LogOpenLine *open, size_t matched, int stream, const Line *rest,
                             uint64_t stamp_nsec, TakeLine next, void *userdata)
{
        _cleanup_free_ char *whole = malloc(matched + rest->size);

        if (!whole) {
                (void) log_oom();
                return next(stream, rest, stamp_nsec, userdata);
        }
        memcpy(whole, open->head, matched);
        memcpy(whole + matched, rest->data, rest->size);
        return next(stream, &(Line){ whole, matched + rest->size, LINE_RAW }, stamp_nsec, userdata);
}

static int take_compared(RawGate *g, const LogOpenLine *open, int stream, const Line *piece,
                         uint64_t stamp_nsec, TakeLine next, void *userdata)
{
        size_t known = count_known(g, open, piece);
        Line rest = { piece->data + known, piece->size - known, LINE_RAW };

        g->matched += known;
        if (rest.size == 0)
                return 1;
        g->comparing = false;
        if (g->matched >= open->hash.all.size)
                return next(stream, &rest, stamp_nsec, userdata);
        g->differs = g->differs || g->matched > 0;
        if (g->matched == 0 || g->matched > LOG_HEAD_SIZE)
                return next(stream, &rest, stamp_nsec, userdata);
        return pass_on_with_head(open, (size_t) g->matched, stream, &rest, stamp_nsec, next, userdata);
}

int raw_gate_take(RawGate *g, const LogOpenLine *open, int stream, const Line *piece, uint64_t stamp_nsec,
                  TakeLine next, void *userdata)
{
        RawGate after = *g;
        int r = 1;

        if (piece->size == 0)
                return 1;
        if (!after.in_line) {
                after.comparing = !after.known && open->hash.all.size > 0;
                after.matched = 0;
        }
        if (after.comparing)
                r = take_compared(&after, open, stream, piece, stamp_nsec, next, userdata);
        else if (!after.known)
                r = next(stream, piece, stamp_nsec, userdata);
        if (r == 0)
                return 0;
        after.in_line = piece->data[piece->size - 1] != '\n';
        if (!after.in_line)
                after.known = after.comparing = false;
        *g = after;
        return r;
}
