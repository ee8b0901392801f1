/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The text before the first newline is an expression, the rest a name. */

#include "codec/journal/name-pattern.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
        size_t n = end ? (size_t) (end - data) : size;
        _cleanup_free_ char *go = fuzz_string(data, n), *name = fuzz_string(data + n, size - n);
        regex_t pattern;
        bool matches;

        if (name_pattern_compile(go, &pattern) < 0)
                return 0;
        matches = name_pattern_matches(&pattern, name);
        CHECK(matches == name_pattern_matches(&pattern, name));
        regfree(&pattern);
        return 0;
}
