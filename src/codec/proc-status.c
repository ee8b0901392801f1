/* SPDX-License-Identifier: Apache-2.0 */

/* The signal masks of a process: 16 hex digits, signal N is bit N-1. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/proc-status.h"
#include "util/macro.h"

static int find_mask(const char *text, const char *name, uint64_t *ret)
{
        size_t n = strlen(name);

        while (text) {
                if (strncmp(text, name, n) == 0 && text[n] == ':') {
                        char *end;

                        *ret = strtoull(text + n + 1, &end, 16);
                        return end == text + n + 1 ? -EBADMSG : 0;
                }
                text = strchr(text, '\n');
                text += !!text;
        }
        return -EBADMSG;
}

int proc_status_signal_is_default(const char *text, int signo, bool *ret)
{
        static const char *const names[] = { "SigBlk", "SigIgn", "SigCgt" };
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
