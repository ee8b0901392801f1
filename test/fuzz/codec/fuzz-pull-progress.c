/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* NDJSON: each line is one object. */

#include "codec/registry/pull-progress.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(pull_progress_done) PullProgress p = PULL_PROGRESS_NULL;
        _cleanup_free_ char *text = NULL;
        PullSummary s;

        while (size > 0) {
                const uint8_t *end = memchr(data, '\n', size);
                size_t n = end ? (size_t) (end - data) : size;
                int r = pull_progress_feed(&p, (const char *) data, n);

                CHECK(r == 0 || r == 1 || r == -EBADMSG);
                n += !!end;
                data += n;
                size -= n;
        }
        s = pull_progress_summary(&p);
        CHECK(s.layers <= PULL_LAYERS_MAX && s.layers_done <= s.layers);
        CHECK(s.percent <= 100 && s.current <= s.total);
        CHECK(!p.error || utf8_is_valid(p.error, strlen(p.error)));
        text = pull_progress_to_string(&p);
        CHECK(text);
        return 0;
}
