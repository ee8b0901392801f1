/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* An HTTP status of two bytes, and a message. */

#include "codec/registry/pull-failure.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *s = NULL;
        int status;

        if (size < 2)
                return 0;
        s = fuzz_string(data + 2, size - 2);
        status = data[0] << 8 | data[1];
        CHECK(pull_failure_to_string(pull_failure_judge(status, s)));
        if (status == 401 || status == 403)
                CHECK(pull_failure_judge(status, s) == PULL_FAILURE_LOGIN);
        return 0;
}
