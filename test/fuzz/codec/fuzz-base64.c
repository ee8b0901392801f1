/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Base64: the result of encoding can be decoded again. */

#include "codec/registry/base64.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *decoded = NULL, *encoded = NULL, *again = NULL;
        size_t n, m;

        if (base64_decode((const char *) data, size, &decoded, &n) >= 0)
                CHECK(n <= size / 4 * 3 && decoded[n] == 0);
        encoded = base64url_encode(data, size);
        CHECK(encoded && strlen(encoded) == (size + 2) / 3 * 4);
        for (char *c = encoded; *c; c++)
                *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
        CHECK(base64_decode(encoded, strlen(encoded), &again, &m) == 0);
        CHECK(m == size && (size == 0 || memcmp(again, data, size) == 0));
        return 0;
}
