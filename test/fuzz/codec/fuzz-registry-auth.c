/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Answers of credential helpers. */

#include "codec/registry/registry-auth.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(registry_auth_done) RegistryAuth a = REGISTRY_AUTH_NULL;
        _cleanup_free_ char *header = NULL;

        (void) registry_auth_answer_is_none((const char *) data, size);
        if (registry_auth_take_answer(&a, "example.org", (const char *) data, size) < 0) {
                CHECK(!a.username && !a.identity_token);
                return 0;
        }
        CHECK((a.username && a.password && !a.identity_token) ||
              (!a.username && !a.password && a.identity_token));
        CHECK(strcmp(a.server_address, "example.org") == 0);
        CHECK(registry_auth_header(&a, &header) == 0 &&
              header[strspn(header, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                    "0123456789-_=")] == 0);
        return 0;
}
