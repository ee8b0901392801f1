/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A header, the data, and two blocks of zeros, all in blocks of 512 bytes. Numbers are octal text. The
 * checksum is the sum of the header's bytes, with blanks in the place of the checksum itself (pax(1), "ustar
 * Interchange Format"). */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/tar.h"
#include "util/macro.h"

#define BLOCK ((size_t) 512)

typedef struct Header {
        char name[TAR_NAME_MAX], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100],
                magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155], rest[12];
} Header;

static_assert(sizeof(Header) == BLOCK, "as the standard has it");

static void fill_header(Header *h, const char *name, unsigned mode, size_t size)
{
        unsigned sum = 0;

        (void) snprintf(h->name, sizeof(h->name), "%s", name);
        (void) snprintf(h->mode, sizeof(h->mode), "%07o", mode & 07777);
        (void) snprintf(h->uid, sizeof(h->uid), "%07o", 0);
        (void) snprintf(h->gid, sizeof(h->gid), "%07o", 0);
        (void) snprintf(h->size, sizeof(h->size), "%011zo", size);
        (void) snprintf(h->mtime, sizeof(h->mtime), "%011o", 0);
        memset(h->checksum, ' ', sizeof(h->checksum));
        h->type = '0';
        memcpy(h->magic, "ustar", sizeof(h->magic));
        memcpy(h->version, "00", sizeof(h->version));
        for (const unsigned char *c = (const unsigned char *) h; c < (const unsigned char *) (h + 1); c++)
                sum += *c;
        (void) snprintf(h->checksum, sizeof(h->checksum), "%06o", sum & 0777777);
}

int tar_file(const char *name, unsigned mode, const void *data, size_t size, char **ret, size_t *ret_size)
{
        size_t padded = (size + BLOCK - 1) / BLOCK * BLOCK;
        char *archive;

        assert(name && strlen(name) < TAR_NAME_MAX);
        assert(size < (size_t) 1 << 33); /* eleven octal digits */
        assert(data || size == 0);

        archive = calloc(1, padded + 3 * BLOCK);
        if (!archive)
                return -ENOMEM;
        fill_header((Header *) archive, name, mode, size);
        if (size > 0)
                memcpy(archive + BLOCK, data, size);
        *ret = archive;
        *ret_size = padded + 3 * BLOCK;
        return 0;
}
