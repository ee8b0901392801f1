/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* "registry:5000/name:tag@digest" taken apart for POST /images/create. */

#include <stdbool.h>

#define IMAGE_REGISTRY_DEFAULT "docker.io"

typedef struct ImageReference {
        char *registry; /* "docker.io" where none is written */
        char *name;     /* complete: "docker.io/library/alpine"; without tag and digest */
        char *tag;      /* the digest where there is one, else the tag, else "latest" */
} ImageReference;

#define IMAGE_REFERENCE_NULL ((ImageReference){ .name = NULL })

/* -EINVAL: no name; -ENOMEM. */
int image_reference_parse(const char *s, ImageReference *ret);
void image_reference_done(ImageReference *r);

/* Whether s is the id of an image that is already here: 64 hexadecimal digits, with or without the algorithm
 * in front. Such a one can't be pulled. */
bool image_reference_is_id(const char *s);
