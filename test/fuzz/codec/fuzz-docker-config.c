/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A registry's key, a line break, and a config.json. */

#include <errno.h>

#include "codec/registry/docker-config.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(docker_config_auth_done) DockerConfigAuth a = DOCKER_CONFIG_AUTH_NULL;
        _cleanup_free_ char *key = NULL, *header = NULL;
        const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
        _cleanup_(docker_config_auth_done) DockerConfigAuth again = DOCKER_CONFIG_AUTH_NULL;
        _cleanup_free_ char *logins = NULL;
        bool helpers;
        size_t n;
        int r;

        if (!end)
                return 0;
        n = (size_t) (end + 1 - data);
        key = fuzz_string(data, n - 1);
        /* The configuration for a container can be read again. The exception is a user's name that begins
         * with a colon, which cannot be written as USER:PASSWORD. */
        if (docker_config_logins((const char *) data + n, size - n, &logins, &helpers) == 0 && logins) {
                r = docker_config_find(logins, strlen(logins), key, &again);
                CHECK(r == 0 || r == -EINVAL);
        }
        if (docker_config_find((const char *) data + n, size - n, key, &a) < 0) {
                CHECK(!a.found && !a.helper && !a.auth.server_address);
                return 0;
        }
        CHECK(!a.helper || a.helper[0]);
        CHECK(a.found == (a.auth.server_address != NULL));
        CHECK(registry_auth_header(&a.auth, &header) == 0 && header[0]);
        return 0;
}
