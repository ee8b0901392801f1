/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* One object of /events. */

#include "codec/engine/engine-event.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(engine_event_done) EngineEvent e = ENGINE_EVENT_NULL;
        int r = engine_event_parse((const char *) data, size, &e);

        CHECK(r == 1 || r == 0 || r == -EBADMSG);
        if (r != 1)
                return 0;
        CHECK(engine_event_kind_to_string(e.kind));
        CHECK(strlen(e.id) == ENGINE_ID_SIZE && strspn(e.id, "0123456789abcdef") == ENGINE_ID_SIZE);
        CHECK(e.exit_code >= -1 && e.exit_code <= 255);
        CHECK(e.exit_code == -1 || e.kind == ENGINE_EVENT_DIE);
        CHECK(e.signal >= 0 && e.signal <= 64);
        return 0;
}
