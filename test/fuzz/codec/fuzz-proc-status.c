/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* /proc/PID/status and /proc/PID/stat; the first byte is the signal. */

#include <stdbool.h>

#include "codec/systemd/proc-status.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *s = NULL;
        SignalTaken taken;
        bool is_ending;

        if (size == 0)
                return 0;
        s = fuzz_string(data + 1, size - 1);
        (void) proc_status_signal(s, data[0] % 64 + 1, &taken);
        (void) proc_stat_is_ending(s, &is_ending);
        return 0;
}
