/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Answers about an image. */

#include "codec/engine/image-info.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        ImageInfo i;

        if (image_info_parse((const char *) data, size, &i) < 0)
                return 0;
        CHECK(i.id);
        image_info_done(&i);
        return 0;
}
