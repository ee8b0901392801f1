/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* One object of /events, also as the filter leaves it. */

#include "codec/engine/engine-event.h"
#include "codec/engine/event-filter.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/macro.h"

/* The filter takes nothing away that is read. json-c also knows other quotes and comments. */
static void check_filter(const uint8_t *data, size_t size, const EngineEvent *e)
{
        _cleanup_(engine_event_done) EngineEvent f = ENGINE_EVENT_NULL;
        char out[16 * EVENT_FILTER_ROOM], piece[EVENT_FILTER_ROOM];
        EventFilter filter = {};
        size_t used = 0, n;

        for (size_t i = 0; i < MIN(size, (size_t) 8 * EVENT_FILTER_PIECE); i += n) {
                n = MIN(size - i, (size_t) 1 + data[0] % 64);
                size_t m = event_filter_feed(&filter, (const char *) data + i, n, piece);

                CHECK(used + m <= sizeof(out));
                memcpy(out + used, piece, m);
                used += m;
        }
        if (!e || size > EVENT_FILTER_STRING_MAX || memchr(data, '\'', size) || memchr(data, '/', size) ||
            memchr(data, '\n', size))
                return;
        CHECK(engine_event_parse(out, used, &f) == 1);
        CHECK(f.kind == e->kind && strcmp(f.id, e->id) == 0 && f.time_nsec == e->time_nsec);
        CHECK(f.exit_code == e->exit_code && f.signal == e->signal && f.healthy == e->healthy);
        CHECK(strcmp(f.name ?: "", e->name ?: "") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(engine_event_done) EngineEvent e = ENGINE_EVENT_NULL;
        int r = engine_event_parse((const char *) data, size, &e);

        CHECK(r == 1 || r == 0 || r == -EBADMSG);
        check_filter(data, size, r == 1 ? &e : NULL);
        if (r != 1)
                return 0;
        CHECK(engine_event_kind_to_string(e.kind));
        CHECK(strlen(e.id) == ENGINE_ID_SIZE && strspn(e.id, "0123456789abcdef") == ENGINE_ID_SIZE);
        CHECK(e.exit_code >= -1 && e.exit_code <= 255);
        CHECK(e.exit_code == -1 || e.kind == ENGINE_EVENT_DIE);
        CHECK(e.signal >= 0 && e.signal <= 64);
        return 0;
}
