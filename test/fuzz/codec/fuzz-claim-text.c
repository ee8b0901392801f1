/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Claims of other users: what is accepted, is the same after being written and read again. */

#include <string.h>

#include "codec/systemd/claim-text.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *s = fuzz_string(data, size);
        char text[CLAIM_TEXT_MAX];
        ClaimText c, again;

        if (claim_text_parse(s, &c) < 0)
                return 0;
        claim_text_format(&c, text);
        CHECK(claim_text_parse(text, &again) >= 0);
        CHECK(c.pid == again.pid && strcmp(c.unit, again.unit) == 0);
        return 0;
}
