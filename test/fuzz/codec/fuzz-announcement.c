/* SPDX-License-Identifier: Apache-2.0 */

/* What is taken for an announcement can be made again, and means the same. */

#include "codec/announcement.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(announcement_done) Announcement a = ANNOUNCEMENT_NULL, b = ANNOUNCEMENT_NULL;
        _cleanup_free_ char *text = fuzz_string(data, size), *again = NULL;

        if (announcement_parse(text, &a) < 0)
                return 0;
        CHECK(a.cgroup[0] == '/' && a.cgroup[1] && !strstr(a.cgroup, "/../") && a.cgroup_id > 0);
        CHECK(announcement_format(&a, &again) == 0);
        CHECK(announcement_parse(again, &b) == 0);
        CHECK(strcmp(a.cgroup, b.cgroup) == 0 && a.cgroup_id == b.cgroup_id);
        return 0;
}
