/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The time for code that has no event loop, or for which the time of the loop's last wake-up
 * (sd_event_now(3)) is not exact enough. */

#include <stdint.h>
#include <time.h>

#include "util/macro.h"

/* The sum of two times, where UINT64_MAX is "for ever". */
static inline uint64_t usec_add(uint64_t a, uint64_t b)
{
        return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* CLOCK_MONOTONIC, in microseconds. Does not fail. */
static inline uint64_t monotonic_usec(void)
{
        struct timespec now = {};

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t) now.tv_sec * USEC_PER_SEC + (uint64_t) now.tv_nsec / NSEC_PER_USEC;
}
