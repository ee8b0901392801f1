/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's description of an image, reduced to the members that we use. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/container-info.h"
#include "codec/engine/image-info.h"
#include "util/macro.h"
#include "json/json.h"

void image_info_done(ImageInfo *i)
{
        free(i->id);
        free(i->request_label);
        *i = (ImageInfo){ .id = NULL };
}

int image_info_parse(const char *data, size_t size, ImageInfo *ret)
{
        _cleanup_(image_info_done) ImageInfo i = { .id = NULL };
        _cleanup_json_ struct json_object *o = NULL;
        const char *text;
        int r = json_parse(data, size, &o);

        if (r == -ENOMEM)
                return r;
        if (r < 0 || json_get_string(o, "Id", &text) < 0)
                return -EBADMSG;
        i.id = strdup(text);
        if (!i.id)
                return -ENOMEM;
        text = json_string_or(o, "Config/Labels/" CONTAINER_LABEL_REQUEST, NULL);
        if (text && !(i.request_label = strdup(text)))
                return -ENOMEM;
        *ret = i;
        i = (ImageInfo){ .id = NULL };
        return 0;
}
