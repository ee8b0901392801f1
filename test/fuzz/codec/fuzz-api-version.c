/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A valid version reads back unchanged. The text before the first newline is the server's version, the rest
 * the user's. */

#include "codec/engine/api-version.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *server = fuzz_string(data, size);
        char buffer[API_VERSION_STRING_SIZE], *fixed;
        ApiVersion v;

        if (api_version_parse(server, &v) >= 0)
                CHECK(strcmp(api_version_format(v, buffer), server) == 0);
        fixed = strchr(server, '\n');
        if (fixed)
                *fixed++ = 0;
        if (api_version_negotiate(server, fixed, &v) >= 0) {
                CHECK(api_version_compare(v, API_VERSION_MIN) >= 0);
                CHECK((fixed && fixed[0]) || api_version_compare(v, API_VERSION_MAX) <= 0);
        }
        return 0;
}
