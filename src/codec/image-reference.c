/* SPDX-License-Identifier: Apache-2.0 */

/* References of images. The command line checks their grammar and the engine checks it again; here they are
 * split. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/image-reference.h"
#include "util/cleanup.h"
#include "util/macro.h"

void image_reference_done(ImageReference *r)
{
        free(r->name);
        free(r->tag);
        *r = IMAGE_REFERENCE_NULL;
}

int image_reference_parse(const char *s, ImageReference *ret)
{
        _cleanup_(image_reference_done) ImageReference r = IMAGE_REFERENCE_NULL;
        const char *digest, *end, *path, *colon, *tag = "latest";

        assert(s);
        assert(ret);

        /* name:tag@digest: the digest decides, the tag is for the reader */
        digest = strchrnul(s, '@');
        /* a colon before the last slash is that of the registry's port */
        path = memrchr(s, '/', (size_t) (digest - s)) ?: s;
        colon = memrchr(path, ':', (size_t) (digest - path));
        end = colon ?: digest;
        if (*digest)
                tag = digest + 1;
        else if (colon)
                tag = colon + 1;
        if (end == s || !*tag)
                return -EINVAL;
        r.name = strndup(s, (size_t) (end - s));
        r.tag = strdup(tag);
        if (!r.name || !r.tag)
                return -ENOMEM;
        *ret = r;
        r = IMAGE_REFERENCE_NULL;
        return 0;
}
