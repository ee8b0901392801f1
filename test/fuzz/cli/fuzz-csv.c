/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Records of comma-separated values. A record without quotes, newlines and carriage returns is just split at
 * its commas. */

#include <errno.h>

#include "../codec/fuzz.h"
#include "run/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *s = fuzz_string(data, size);
        StrVec fields = {}, split = {};
        int r = csv_parse(s, &fields);

        CHECK(r == 0 || r == -EINVAL);
        if (*s && !strpbrk(s, "\"\n\r")) {
                CHECK(r == 0 && strvec_split(&split, s, ',') == 0 && split.n == fields.n);
                for (size_t i = 0; i < split.n; i++)
                        CHECK(strcmp(split.items[i], fields.items[i]) == 0);
        }
        strvec_done(&fields);
        strvec_done(&split);
        free(s);
        return 0;
}
