/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The hash of a line: the same before and after the engine has stored the line. */

#include <stddef.h>
#include <stdint.h>

typedef struct LogBytesHash {
        uint64_t state;
        uint64_t word; /* the last size % 8 bytes, which are not in state yet */
        uint64_t size;
} LogBytesHash;

/* The hash of a line that comes in pieces; {} is the hash of nothing. */
typedef struct LogHash {
        LogBytesHash all;
        LogBytesHash ascii; /* of its ASCII characters only */
        uint8_t mixed;      /* the two differ */
        uint8_t odd;        /* it has bytes that an engine may have stored as others */
        uint8_t tail_size;
        uint8_t tail[4]; /* the character whose end has not come */
} LogHash;

/* The same, however the line is divided into pieces, and before and after the engine has stored it. */
uint64_t log_line_hash(const void *data, size_t size);
void log_hash_feed(LogHash *h, const void *data, size_t size);
uint64_t log_hash_end(const LogHash *h);
