/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A context has an engine, and a current one has a name. */

#include <string.h>

#include "codec/registry/docker-context.h"
#include "codec/sha256.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(docker_context_done) DockerContext context = DOCKER_CONTEXT_NULL;
        char hash[SHA256_HEX_MAX];
        _cleanup_free_ char *name = NULL;

        if (docker_context_parse((const char *) data, size, &context) >= 0)
                CHECK(*context.host);
        if (docker_context_current((const char *) data, size, &name) >= 0 && name)
                CHECK(*name);
        sha256_hex(data, size, hash);
        CHECK(strlen(hash) == SHA256_HEX_MAX - 1);
        return 0;
}
