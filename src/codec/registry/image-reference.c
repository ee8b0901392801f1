/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* References to images. The command line checks their grammar, and the engine checks it again. Here they are
 * split, and completed by the rules of the docker CLI, because for another engine a bare "alpine" may mean
 * other registries. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/registry/image-reference.h"
#include "util/cleanup.h"
#include "util/macro.h"

/* The former name of the default registry. */
#define REGISTRY_LEGACY "index.docker.io"

void image_reference_done(ImageReference *r)
{
        free(r->registry);
        free(r->name);
        free(r->tag);
        *r = IMAGE_REFERENCE_NULL;
}

bool image_reference_is_id(const char *s)
{
        static const struct {
                const char *prefix;
                size_t digits;
        } forms[] = { { "", 64 }, { "sha256:", 64 }, { "sha384:", 96 }, { "sha512:", 128 } };

        assert(s);
        for (size_t i = 0; i < ELEMENTSOF(forms); i++) {
                size_t n = strlen(forms[i].prefix);

                if (strncmp(s, forms[i].prefix, n) == 0 && strlen(s + n) == forms[i].digits &&
                    strspn(s + n, "0123456789abcdef") == forms[i].digits)
                        return true;
        }
        return false;
}

/* The length of the registry at the beginning of name. 0: name begins with a path in the default registry.
 * The text before the first slash is a registry if it has a dot, a port or a capital letter, or is
 * localhost. */
static size_t registry_length(const char *name, size_t size)
{
        const char *slash = memchr(name, '/', size);
        size_t n = slash ? (size_t) (slash - name) : 0;
        bool marked = false;

        for (size_t i = 0; i < n; i++)
                marked = marked || strchr(".:ABCDEFGHIJKLMNOPQRSTUVWXYZ", name[i]);
        return marked || (n == strlen("localhost") && memcmp(name, "localhost", n) == 0) ? n : 0;
}

static int set_name(ImageReference *r, const char *name, size_t size)
{
        size_t n = registry_length(name, size);
        const char *path = n > 0 ? name + n + 1 : name;
        const char *directory = "";

        size -= (size_t) (path - name);
        if (size == 0)
                return -EINVAL;
        r->registry = n > 0 ? strndup(name, n) : strdup(IMAGE_REGISTRY_DEFAULT);
        if (!r->registry)
                return -ENOMEM;
        if (strcmp(r->registry, REGISTRY_LEGACY) == 0)
                strcpy(r->registry, IMAGE_REGISTRY_DEFAULT);
        if (strcmp(r->registry, IMAGE_REGISTRY_DEFAULT) == 0 && !memchr(path, '/', size))
                directory = "library/";
        if (asprintf(&r->name, "%s/%s%.*s", r->registry, directory, (int) size, path) < 0) {
                r->name = NULL;
                return -ENOMEM;
        }
        return 0;
}

int image_reference_parse(const char *s, ImageReference *ret)
{
        _cleanup_(image_reference_done) ImageReference r = IMAGE_REFERENCE_NULL;
        const char *digest, *end, *path, *colon, *tag = "latest";
        int k;

        assert(s);
        assert(ret);

        /* name:tag@digest: the digest decides, and the tag has no effect */
        digest = strchrnul(s, '@');
        /* a colon before the last slash belongs to the port of the registry */
        path = memrchr(s, '/', (size_t) (digest - s)) ?: s;
        colon = memrchr(path, ':', (size_t) (digest - path));
        end = colon ?: digest;
        if (*digest)
                tag = digest + 1;
        else if (colon)
                tag = colon + 1;
        if (end == s || !*tag)
                return -EINVAL;
        k = set_name(&r, s, (size_t) (end - s));
        if (k < 0)
                return k;
        r.tag = strdup(tag);
        if (!r.tag)
                return -ENOMEM;
        *ret = r;
        r = IMAGE_REFERENCE_NULL;
        return 0;
}
