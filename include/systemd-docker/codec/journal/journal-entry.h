/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The journal's native protocol (systemd's document "Native Journal Protocol", sd_journal_send(3)). An entry
 * is a datagram of fields. A field is "NAME=data\n" or, if data contains a newline, "NAME\n", the size of
 * data as little-endian u64, data,
 * "\n".
 *
 * The entry of a line is sent with one sendmsg(2), without a copy of the line:
 *   iov[0] the constant fields, a JournalFields that was built once
 *   iov[1] the fields of this line (PRIORITY, ordinal), a JournalFields that is cleared and filled for each
 * line iov[2] journal_message_header() iov[3] the line iov[4] "\n" */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

#define JOURNAL_FIELD_NAME_MAX 64
#define JOURNAL_MESSAGE_HEADER_MAX 16

/* Fields as they are sent. */
typedef struct JournalFields {
        char *data;
        size_t size;
        size_t allocated;
} JournalFields;

#define JOURNAL_FIELDS_NULL ((JournalFields){ .data = NULL })

void journal_fields_done(JournalFields *f);

/* Removes all fields and keeps the memory. */
void journal_fields_clear(JournalFields *f);

/* Makes sure that the next `size` bytes can be appended without a failure. -ENOMEM. */
int journal_fields_reserve(JournalFields *f, size_t size);

/* Appends bytes that already are fields. -ENOMEM. */
int journal_fields_append_raw(JournalFields *f, const void *data, size_t size);

/* Append one field. data can contain any bytes. -EINVAL: the journal does not accept the name; -ENOMEM. On
 * failure f is unchanged. */
int journal_field_append(JournalFields *f, const char *name, const void *data, size_t size);
int journal_field_append_string(JournalFields *f, const char *name, const char *value);
int journal_field_append_uint(JournalFields *f, const char *name, uint64_t value);
int journal_field_appendf(JournalFields *f, const char *name, const char *format, ...) _printf_(3, 4);

/* Writes the bytes that precede the data of the field MESSAGE; a "\n" must follow the data. Returns the size
 * of the header. */
size_t journal_message_header(char header[static JOURNAL_MESSAGE_HEADER_MAX], const void *data, size_t size);

/* Whether name is valid (systemd.journal-fields(7)): 1 to 64 characters of [A-Z0-9_], beginning with a
 * letter. Names that begin with '_' are reserved for journald. */
bool journal_field_name_is_valid(const char *name);

/* The name of the field that Docker's journald driver uses for a label or variable: upper case, with '_' for
 * every character except [A-Z0-9], and no '_' at the beginning. A new string that belongs to the caller; it
 * can be empty or not valid. NULL: out of memory. */
char *journal_field_name_sanitize(const char *s);

/* A line can begin with "<N>", N from 0 to 7 (sd-daemon(3)). Returns N with the length of the prefix in
 * *ret_skip, or -ENOENT if the line has no prefix. */
int journal_priority_prefix(const char *data, size_t size, size_t *ret_skip);
