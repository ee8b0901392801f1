/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The first byte is where the text is split: two pieces must give the same result as the whole text. Then
 * the text is used as a line that contains the stamp. */

#include "codec/engine/log-stamp.h"
#include "fuzz.h"
#include "util/cleanup.h"

static void check_strip(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *line = fuzz_string(data, size);
        size_t stamp_size = MIN(size, (size_t) 4);
        _cleanup_free_ char *stamp = fuzz_string(data, stamp_size);

        CHECK(log_stamp_strip_repeated(line, size, stamp, stamp_size) <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const char *text = (const char *) data + 1;
        LogStamp s = LOG_STAMP_NULL;
        uint64_t nsec = 0, again = 1;
        size_t used = 0, split, n = 0;
        int r, whole;

        if (size == 0)
                return 0;
        size--;
        whole = log_stamp_parse(text, size, &nsec, &n);
        CHECK(whole == 0 || whole == -EBADMSG);
        CHECK(whole < 0 || (n > 20 && n <= size && n <= LOG_STAMP_MAX && text[n - 1] == ' '));
        split = MIN((size_t) data[0], size);
        r = log_stamp_feed(&s, text, split, &used, &again);
        CHECK(used <= split);
        if (r == 0) {
                CHECK(used == split);
                r = log_stamp_feed(&s, text + split, size - split, &used, &again);
                used += split;
        }
        CHECK((r == 1) == (whole == 0));
        CHECK(r != 1 || (used == n && nsec == again));
        check_strip(data, size);
        return 0;
}
