/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Numbers as `docker run` spells them. All return 0, -EINVAL (no such number) or -ERANGE. Only for src/cli.
 */

#include <stdbool.h>
#include <stdint.h>

/* base 0: 0x10, 0b1, 0o17, 010 (octal), 1_000; base 10 or 8: digits only. */
int parse_int64(const char *s, int base, int64_t *ret);
int parse_uint64(const char *s, int base, uint64_t max, uint64_t *ret);
/* 1 t T TRUE true True and their counterparts. */
int parse_bool(const char *s, bool *ret);
/* "1.5g", "10 MiB": bytes. */
int parse_size(const char *s, int64_t *ret);
/* "1h30m", "1.5s": nanoseconds. */
int parse_duration(const char *s, int64_t *ret);
/* "0.5", "1/2", "1e1": billionths of a processor. -ERANGE: finer than that. */
int parse_cpus(const char *s, int64_t *ret);
