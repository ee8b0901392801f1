/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A port of two bytes, and the engine's answer. */

#include "codec/engine/container-list.h"
#include "fuzz.h"
#include "util/cleanup.h"
#include "util/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *name = NULL;

        if (size < 2)
                return 0;
        if (container_list_find((const char *) data + 2, size - 2, (unsigned) (data[0] << 8 | data[1]),
                                &name) < 0)
                CHECK(!name);
        else
                CHECK(name && utf8_is_valid(name, strlen(name)));
        return 0;
}
