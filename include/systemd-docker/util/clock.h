/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Time where there is no loop at hand, or its time of the wake-up (sd_event_now(3)) is not exact enough. */

#include <stdint.h>
#include <time.h>

#include "util/macro.h"

/* CLOCK_MONOTONIC, in microseconds. */
static inline uint64_t monotonic_usec(void)
{
        struct timespec now = {};

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t) now.tv_sec * USEC_PER_SEC + (uint64_t) now.tv_nsec / NSEC_PER_USEC;
}
