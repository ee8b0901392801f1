/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Text from outside on its way to people: UTF-8 checks, and one plain, bounded line out of anything. */

#include <stdbool.h>
#include <stddef.h>

/* Bytes (1..4) of the valid UTF-8 sequence that starts at s; 0 where there is none or it is cut short. */
size_t utf8_sequence(const char *s, size_t size);
bool utf8_is_valid(const char *s, size_t size);

/* How many bytes at the end (0..3) begin a sequence that goes on behind them: what a cut should leave out.
 */
size_t utf8_incomplete_tail(const char *s, size_t size);

/* A new string, the caller's: control characters (C0, DEL, C1) and runs of blanks become one blank, none at
 * either end; bytes that are no UTF-8 become '?'; cut behind max bytes ("…" added). NULL: out of memory. */
char *text_one_line(const char *s, size_t size, size_t max);

/* Whether there is nothing in it but what JSON has for blanks (RFC 8259), if that. */
bool text_is_blank(const char *s, size_t size);
