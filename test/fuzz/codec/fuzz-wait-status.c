/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The name of a signal. The first four bytes are also used as a status. */

#include "codec/engine/wait-status.h"
#include "fuzz.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *s = fuzz_string(data, size);
        int signo = signal_from_string(s), raw = 0, r;

        CHECK(signo < 0 || (signo >= 1 && signo <= 64));
        CHECK(signo < 0 || !signal_to_string(signo) || signal_from_string(signal_to_string(signo)) == signo);
        memcpy(&raw, data, size < sizeof(raw) ? size : sizeof(raw));
        r = wait_status_from_raw(raw);
        CHECK(r < 0 || r <= 255);
        r = wait_status_to_exit_status(raw, size & 1, signo > 0 ? signo : 0);
        CHECK(r >= 0 && r <= 255);
        return 0;
}
