/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A reference to an image: name and tag are parts of it, except for parts that are completed. */

#include "codec/registry/image-reference.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(image_reference_done) ImageReference r = IMAGE_REFERENCE_NULL;
        _cleanup_free_ char *s = fuzz_string(data, size);
        size_t registry;

        if (image_reference_is_id(s))
                CHECK(strlen(s) >= 64 && !strchr(s, '/'));
        if (image_reference_parse(s, &r) < 0) {
                CHECK(!r.registry && !r.name && !r.tag);
                return 0;
        }
        registry = strlen(r.registry);
        CHECK(registry > 0 && !strchr(r.registry, '/'));
        CHECK(strncmp(r.name, r.registry, registry) == 0 && r.name[registry] == '/' && r.name[registry + 1]);
        CHECK(r.tag[0] && !strchr(r.name, '@'));
        CHECK(strstr(s, strrchr(r.name, '/') + 1));
        CHECK(strstr(s, r.tag) || strcmp(r.tag, "latest") == 0);
        return 0;
}
