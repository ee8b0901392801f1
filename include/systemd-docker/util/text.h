/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Text from outside that is shown to people: checks for UTF-8, and one plain line of limited length from any
 * bytes. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

/* The number of bytes (1..4) of the valid UTF-8 sequence that starts at s. 0: the bytes are not valid UTF-8,
 * or the sequence is incomplete. */
size_t utf8_sequence(const char *s, size_t size);
bool utf8_is_valid(const char *s, size_t size);

/* The number of bytes at the end (0..3) that begin a sequence without completing it. A cut should leave
 * these bytes to the next piece. */
size_t utf8_incomplete_tail(const char *s, size_t size);

/* Returns a new string that belongs to the caller, or NULL if memory is short. Control characters (C0, DEL,
 * C1) and runs of blanks become one blank, and are removed at both ends. Bytes that are not UTF-8 become
 * '?'. A longer text is cut after max bytes, and "…" is added to these. */
char *text_one_line(const char *s, size_t size, size_t max);

/* The same for a text that is made by a format. */
char *text_one_line_v(size_t max, const char *format, va_list ap) _printf_(2, 0);

/* Whether the size bytes at s end with this, and have something before it. */
bool text_ends_with(const char *s, size_t size, const char *end);

/* Whether the text is empty or consists only of the white space of JSON (RFC 8259). */
bool text_is_blank(const char *s, size_t size);

/* FNV-1a, for names that have to be short: not for what somebody could want to collide. hash: that of the
 * text before, or TEXT_HASH_INIT. */
#define TEXT_HASH_INIT UINT64_C(0xcbf29ce484222325)
uint64_t text_hash(uint64_t hash, const char *s, size_t size);
