/* SPDX-License-Identifier: Apache-2.0 */

/* A reference of an image: name and tag are pieces of it. */

#include "codec/image-reference.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(image_reference_done) ImageReference r = IMAGE_REFERENCE_NULL;
        _cleanup_free_ char *s = fuzz_string(data, size);

        if (image_reference_parse(s, &r) < 0) {
                CHECK(!r.name && !r.tag);
                return 0;
        }
        CHECK(r.name[0] && r.tag[0] && !strchr(r.name, '@'));
        CHECK(strncmp(s, r.name, strlen(r.name)) == 0);
        CHECK(strstr(s, r.tag) || strcmp(r.tag, "latest") == 0);
        return 0;
}
