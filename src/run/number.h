/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Numbers in the spelling of `docker run`. All functions return 0, -EINVAL (not such a number), -ERANGE or
 * -ENOMEM, and leave *ret unchanged on failure. Only for src/run. */

#include <stdbool.h>
#include <stdint.h>

/* base 0 accepts 0x10, 0b1, 0o17, 010 (octal) and 1_000; base 10 or 8 accepts only digits. */
int parse_int64(const char *s, int base, int64_t *ret);
int parse_uint64(const char *s, int base, uint64_t max, uint64_t *ret);
/* True: 1 t T TRUE true True; false: 0 f F FALSE false False. */
int parse_bool(const char *s, bool *ret);
/* "1.5g", "10 MiB": a number of bytes; units are powers of 1024. */
int parse_size(const char *s, int64_t *ret);
/* "1h30m", "1.5s": a duration in nanoseconds, which can be negative. */
int parse_duration(const char *s, int64_t *ret);
/* "0.5", "1/2", "1e1": a number of processors, in billionths of a processor. -ERANGE also if it is not a
 * whole number of these. */
int parse_cpus(const char *s, int64_t *ret);
