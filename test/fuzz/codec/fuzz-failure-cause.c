/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The name of an image, a NUL, and the engine's words. */

#include <errno.h>

#include "codec/engine/failure-cause.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(failure_cause_done) FailureCause c = FAILURE_CAUSE_NULL;
        _cleanup_free_ char *image = fuzz_string(data, size), *words = NULL;
        size_t n = strlen(image);
        int r;

        words = n < size ? fuzz_string(data + n + 1, size - n - 1) : fuzz_string(data, 0);
        r = failure_cause_find(words, n > 0 ? image : NULL, &c);
        if (r == -ENOENT) {
                CHECK(!c.cause && !c.cure && !c.port);
                return 0;
        }
        CHECK(r == 0);
        CHECK(failure_cause_row(words) >= 0);
        CHECK(strlen(c.cause) <= 700 && utf8_is_valid(c.cause, strlen(c.cause)));
        CHECK(strlen(c.cure) <= 700 && utf8_is_valid(c.cure, strlen(c.cure)));
        CHECK(!c.port || (c.kind == FAILURE_PORT && strspn(c.port, "0123456789") == strlen(c.port)));
        return 0;
}
