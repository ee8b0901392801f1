/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What we use of an image, from GET /images/{name}/json. */

#include <stddef.h>

typedef struct ImageInfo {
        char *id;            /* "sha256:…" */
        char *request_label; /* CONTAINER_LABEL_REQUEST: its containers have it as well; NULL: none */
} ImageInfo;

/* Free *ret with image_info_done(). -EBADMSG: not such an object; -ENOMEM. */
int image_info_parse(const char *data, size_t size, ImageInfo *ret);
void image_info_done(ImageInfo *i);
