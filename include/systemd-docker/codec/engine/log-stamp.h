/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The time stamp that the engine writes before each message of a stored log (Engine API, GET
 * /containers/{id}/logs with timestamps=1): "2026-11-22T09:38:44.489961384Z message". A line of more than 16
 * KiB consists of several messages, all of them with the stamp of the first one. */

#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

#define LOG_STAMP_MAX 48
/* The largest part of a line, in bytes, that the engine puts into one message. */
#define LOG_MESSAGE_MAX ((size_t) 16 * 1024)

/* Parses a stamp and the blank after it. *ret_nsec: nanoseconds since the epoch; *ret_size: its size with
 * the blank. -EBADMSG: data does not begin with a stamp. */
int log_stamp_parse(const char *data, size_t size, uint64_t *ret_nsec, size_t *ret_size);

/* The same for data in pieces. */
typedef struct LogStamp {
        char text[LOG_STAMP_MAX];
        size_t size;
} LogStamp;

#define LOG_STAMP_NULL ((LogStamp){ .size = 0 })

/* 1: the stamp is complete; the message begins after *ret_consumed bytes. 0: everything was consumed, and
 * more is needed. -EBADMSG: not a stamp. */
int log_stamp_feed(LogStamp *s, const char *data, size_t size, size_t *ret_consumed, uint64_t *ret_nsec);

/* The log of a terminal has no frames. Removes the stamps of the second and later messages from a line, in
 * place. The line begins after its first stamp, which must still be in memory before it. Returns the new
 * size. */
size_t log_stamp_strip_repeated(char *line, size_t size, const char *stamp, size_t stamp_size);
