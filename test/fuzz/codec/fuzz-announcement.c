/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A text that is accepted as a placement note can be formatted again, and then means the same. */

#include "codec/cgroup/placement-note.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(placement_note_done) PlacementNote a = PLACEMENT_NOTE_NULL, b = PLACEMENT_NOTE_NULL;
        _cleanup_free_ char *text = fuzz_string(data, size), *again = NULL;

        if (placement_note_parse(text, &a) < 0)
                return 0;
        CHECK(a.cgroup[0] == '/' && a.cgroup[1] && !strstr(a.cgroup, "/../") && a.cgroup_id > 0);
        CHECK(placement_note_format(&a, &again) == 0);
        CHECK(placement_note_parse(again, &b) == 0);
        CHECK(strcmp(a.cgroup, b.cgroup) == 0 && a.cgroup_id == b.cgroup_id);
        CHECK(!a.runtime == !b.runtime && strcmp(a.runtime ?: "", b.runtime ?: "") == 0);
        return 0;
}
