/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The signal masks of a process: 16 hex digits, signal N is bit N-1. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/systemd/proc-status.h"
#include "util/macro.h"

/* The first line that begins with `name`, which has its colon. */
static int find_mask(const char *text, const char *name, uint64_t *ret)
{
        size_t n = strlen(name);
        uint64_t mask;
        char *end;

        while (strncmp(text, name, n) != 0) {
                text = strchr(text, '\n');
                if (!text)
                        return -EBADMSG;
                text++;
        }
        mask = strtoull(text + n, &end, 16);
        if (end == text + n)
                return -EBADMSG;
        *ret = mask;
        return 0;
}

int proc_status_signal_is_default(const char *text, int signo, bool *ret)
{
        static const char *const names[] = { "SigBlk:", "SigIgn:", "SigCgt:" };
        uint64_t all = 0;

        assert(signo >= 1 && signo <= 64);
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                uint64_t mask;
                int r = find_mask(text, names[i], &mask);

                if (r < 0)
                        return r;
                all |= mask;
        }
        *ret = !(all & (UINT64_C(1) << (signo - 1)));
        return 0;
}
