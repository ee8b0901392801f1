/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Seccomp profiles without their white space: the result is not longer than the input, and doing it again
 * changes nothing. */

#include <errno.h>

#include "../codec/fuzz.h"
#include "json/json-compact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *once = NULL, *twice = NULL;
        size_t n, again;
        int r = json_compact((const char *) data, size, &once, &n);

        CHECK(r == 0 || r == -EINVAL);
        if (r == 0) {
                CHECK(n <= size && strlen(once) == n);
                CHECK(json_compact(once, n, &twice, &again) == 0 && n == again &&
                      memcmp(once, twice, n) == 0);
        }
        free(once);
        free(twice);
        return 0;
}
