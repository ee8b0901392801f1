/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The result for a part never contradicts the result for the whole. */

#include "codec/engine/http-head.h"
#include "fuzz.h"
#include "util/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        int status = 0, part_status = 0;
        size_t end = 0, part_end = 0;
        int r = http_head_parse((const char *) data, size, &status, &end), part;

        CHECK(r == 0 || r == 1 || r == -EBADMSG);
        CHECK(r != 1 || (end <= size && end <= HTTP_HEAD_MAX && status >= 100 && status <= 599));
        part = http_head_parse((const char *) data, size / 2, &part_status, &part_end);
        CHECK(r != 0 || part == 0);
        CHECK(part != -EBADMSG || r == -EBADMSG);
        CHECK(part != 1 || (r == 1 && status == part_status && end == part_end));
        return 0;
}
