/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The journal's native protocol (systemd's "Native Journal Protocol", sd_journal_send(3)): an entry is a
 * datagram of fields, "NAME=data\n", or where data has a newline "NAME\n", its size as u64 little-endian,
 * data, "\n".
 *
 * An entry of a line is made for one sendmsg() without a copy of the line:
 *   iov[0] the constant fields, a JournalFields built once
 *   iov[1] the fields of this line (PRIORITY, ordinal), a JournalFields cleared and filled again
 *   iov[2] journal_message_header()
 *   iov[3] the line
 *   iov[4] "\n" */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

#define JOURNAL_FIELD_NAME_MAX 64
#define JOURNAL_MESSAGE_HEADER_MAX 16

/* Finished bytes to send. */
typedef struct JournalFields {
        char *data;
        size_t size;
        size_t allocated;
} JournalFields;

#define JOURNAL_FIELDS_NULL ((JournalFields){ .data = NULL })

void journal_fields_done(JournalFields *f);

/* Empties it and keeps the memory. */
void journal_fields_clear(JournalFields *f);

/* Memory for size bytes more. -ENOMEM. */
int journal_fields_reserve(JournalFields *f, size_t size);

/* Append bytes that are fields already. -ENOMEM. */
int journal_fields_append_raw(JournalFields *f, const void *data, size_t size);

/* Append a field; data may have any bytes. -EINVAL: name is none that the journal takes; -ENOMEM. On failure
 * f is as it was. */
int journal_field_append(JournalFields *f, const char *name, const void *data, size_t size);
int journal_field_append_string(JournalFields *f, const char *name, const char *value);
int journal_field_append_uint(JournalFields *f, const char *name, uint64_t value);
int journal_field_appendf(JournalFields *f, const char *name, const char *format, ...) _printf_(3, 4);

/* What stands before the bytes of MESSAGE; a "\n" has to follow them. Returns the header's size. */
size_t journal_message_header(char header[static JOURNAL_MESSAGE_HEADER_MAX], const void *data, size_t size);

/* 1..64 of [A-Z0-9_], beginning with a letter (names with '_' are journald's own, with a digit nobody's). */
bool journal_field_name_is_valid(const char *name);

/* The name that Docker's journald driver gives to a label or variable: upper case, all but [A-Z0-9] '_',
 * none of them in front. A new string, the caller's; it may be empty or otherwise not valid. NULL: out of
 * memory. */
char *journal_field_name_sanitize(const char *s);

/* sd-daemon(3): a line may begin with "<N>", N of 0..7. Returns N and the prefix's length, or -ENOENT where
 * the line is all text. */
int journal_priority_prefix(const char *data, size_t size, size_t *ret_skip);
