/* SPDX-License-Identifier: Apache-2.0 */

/* References of images. The command line checks their grammar and the engine checks it again; here they are split. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/image-reference.h"
#include "util/macro.h"

void image_reference_done(ImageReference *r)
{
        free(r->name);
        free(r->tag);
        *r = IMAGE_REFERENCE_NULL;
}

int image_reference_parse(const char *s, ImageReference *ret)
{
        const char *at = strchr(s, '@'), *slash = strrchr(s, '/'), *colon = strrchr(slash ?: s, ':');
        const char *tag = "latest", *end = s + strlen(s);
        ImageReference r = IMAGE_REFERENCE_NULL;

        if (at) {
                tag = at + 1;
                end = at;
                /* name:tag@digest: the digest decides, the tag is for the reader */
                slash = memrchr(s, '/', (size_t) (at - s));
                colon = memchr(slash ?: s, ':', (size_t) (at - (slash ?: s)));
        }
        if (colon) {
                end = colon;
                if (!at)
                        tag = colon + 1;
        }
        if (end == s || !*tag)
                return -EINVAL;
        r.name = strndup(s, (size_t) (end - s));
        r.tag = strdup(tag);
        if (!r.name || !r.tag) {
                image_reference_done(&r);
                return -ENOMEM;
        }
        *ret = r;
        return 0;
}
