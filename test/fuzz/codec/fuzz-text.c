/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The first byte is the maximum. The result is one plain line, and doing it again changes nothing. */

#include "fuzz.h"
#include "util/cleanup.h"
#include "util/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *line = NULL, *again = NULL;
        const char *s;
        size_t n, tail;

        if (size == 0)
                return 0;
        s = (const char *) data + 1;
        size--;
        tail = utf8_incomplete_tail(s, size);
        CHECK(tail <= 3 && tail <= size && (tail == 0 || !utf8_is_valid(s, size)));
        line = text_one_line(s, size, data[0]);
        CHECK(line);
        n = strlen(line);
        CHECK(n <= (size_t) data[0] + 3 && utf8_is_valid(line, n));
        CHECK(n == 0 || (line[0] != ' ' && line[n - 1] != ' '));
        again = text_one_line(line, n, n);
        CHECK(again && strcmp(line, again) == 0);
        return 0;
}
