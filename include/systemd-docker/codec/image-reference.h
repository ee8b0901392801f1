/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* "registry:5000/name:tag@digest" taken apart for POST /images/create. */

typedef struct ImageReference {
        char *name; /* with the registry, without tag and digest */
        char *tag;  /* the digest where there is one, else the tag, else "latest" */
} ImageReference;

#define IMAGE_REFERENCE_NULL ((ImageReference) { .name = NULL })

/* -EINVAL: no name; -ENOMEM. */
int image_reference_parse(const char *s, ImageReference *ret);
void image_reference_done(ImageReference *r);
