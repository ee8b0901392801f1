/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Splits "registry:5000/name:tag@digest" for POST /images/create. */

#include <stdbool.h>

#define IMAGE_REGISTRY_DEFAULT "docker.io"

typedef struct ImageReference {
        char *registry; /* "docker.io" if none is written */
        char *name;     /* the complete name without tag and digest: "docker.io/library/alpine" */
        char *tag;      /* the digest if there is one, otherwise the tag, otherwise "latest" */
} ImageReference;

#define IMAGE_REFERENCE_NULL ((ImageReference){ .name = NULL })

/* Free *ret with image_reference_done(). -EINVAL: there is no name; -ENOMEM. */
int image_reference_parse(const char *s, ImageReference *ret);
void image_reference_done(ImageReference *r);

/* Whether s is the id of an image: 64 hexadecimal digits, with or without the algorithm before them. Such an
 * image cannot be pulled. */
bool image_reference_is_id(const char *s);
