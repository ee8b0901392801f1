/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The time that the engine writes before each message of a stored log (logs API, timestamps=1):
 * "2026-11-22T09:38:44.489961384Z message". A line longer than 16 KiB is several messages, all with the
 * stamp of the first. */

#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

#define LOG_STAMP_MAX 48
/* How many bytes of a line the engine makes one message of. */
#define LOG_MESSAGE_MAX ((size_t) 16 * 1024)

/* A stamp and the blank behind it, in nanoseconds since the epoch. -EBADMSG: data does not begin with
 * one. */
int log_stamp_parse(const char *data, size_t size, uint64_t *ret_nsec, size_t *ret_size);

/* The same out of pieces. */
typedef struct LogStamp {
        char text[LOG_STAMP_MAX];
        size_t size;
} LogStamp;

#define LOG_STAMP_NULL ((LogStamp){ .size = 0 })

/* 1: complete, what follows *ret_consumed is the message. 0: all consumed, more is needed. -EBADMSG: that
 * is none. */
int log_stamp_feed(LogStamp *s, const char *data, size_t size, size_t *ret_consumed, uint64_t *ret_nsec);

/* A terminal's log has no frames: takes the stamps of the second and later messages out of a line, in
 * place. The line begins behind its first stamp (which it must still have in front of it). Returns the
 * new size. */
size_t log_stamp_strip_repeated(char *line, size_t size, const char *stamp, size_t stamp_size);
