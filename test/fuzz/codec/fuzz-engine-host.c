/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* DOCKER_HOST. The lowest bit of the first byte means TLS. */

#include "codec/engine/engine-host.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(engine_host_done) EngineHost h = ENGINE_HOST_NULL;
        _cleanup_free_ char *s = NULL;
        const char *message = NULL;
        int r;

        if (size == 0)
                return 0;
        s = fuzz_string(data + 1, size - 1);
        r = engine_host_parse(s, data[0] & 1, &h, &message);
        if (r < 0) {
                CHECK(message && !h.path && !h.host);
                return 0;
        }
        if (h.kind == ENGINE_HOST_UNIX) {
                CHECK(h.path && !h.host && h.path[0] == '/' && strlen(h.path) < 108);
                return 0;
        }
        CHECK(h.kind == ENGINE_HOST_TCP && h.host && !h.path && h.port > 0);
        CHECK(h.host[0] && strlen(h.host) < 256 && !strpbrk(h.host, "/@?#[]\\ \t\r\n"));
        return 0;
}
