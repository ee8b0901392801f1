/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Fields of the journal's native protocol. The rules come from systemd's "Native Journal Protocol" (the two
 * forms of a field), systemd.journal-fields(7) (names), sd-daemon(3) (the priority prefix) and Docker's
 * journald log driver (names for labels and variables). */

#include <endian.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/journal/journal-entry.h"
#include "util/cleanup.h"

void journal_fields_done(JournalFields *f)
{
        assert(f);
        free(f->data);
        *f = JOURNAL_FIELDS_NULL;
}

void journal_fields_clear(JournalFields *f)
{
        assert(f);
        f->size = 0;
}

int journal_fields_reserve(JournalFields *f, size_t size)
{
        size_t allocated = MAX(f->allocated * 2, (size_t) 256);
        char *bigger;

        assert(f);
        if (size > SIZE_MAX / 2 - f->size)
                return -ENOMEM;
        if (f->size + size <= f->allocated)
                return 0;
        allocated = MAX(allocated, f->size + size);
        bigger = realloc(f->data, allocated);
        if (!bigger)
                return -ENOMEM;
        f->data = bigger;
        f->allocated = allocated;
        return 0;
}

static void put(JournalFields *f, const void *data, size_t size)
{
        if (size > 0)
                memcpy(f->data + f->size, data, size);
        f->size += size;
}

int journal_fields_append_raw(JournalFields *f, const void *data, size_t size)
{
        int r;

        assert(f);
        assert(data || size == 0);
        r = journal_fields_reserve(f, size);
        if (r >= 0)
                put(f, data, size);
        return r;
}

/* Writes the bytes between the name of a field and its data: "=", or "\n" and the size. */
static size_t field_separator(char separator[static 9], const void *data, size_t size)
{
        uint64_t le = htole64(size);

        if (size == 0 || !memchr(data, '\n', size)) {
                separator[0] = '=';
                return 1;
        }
        separator[0] = '\n';
        memcpy(separator + 1, &le, sizeof(le));
        return 1 + sizeof(le);
}

int journal_field_append(JournalFields *f, const char *name, const void *data, size_t size)
{
        char separator[9];
        size_t n;
        int r;

        assert(f);
        assert(name);
        assert(data || size == 0);

        if (!journal_field_name_is_valid(name))
                return -EINVAL;
        if (size > SIZE_MAX / 4)
                return -ENOMEM;
        n = field_separator(separator, data, size);
        r = journal_fields_reserve(f, strlen(name) + n + size + 1);
        if (r < 0)
                return r;
        put(f, name, strlen(name));
        put(f, separator, n);
        put(f, data, size);
        put(f, "\n", 1);
        return 0;
}

int journal_field_append_string(JournalFields *f, const char *name, const char *value)
{
        assert(value);
        return journal_field_append(f, name, value, strlen(value));
}

int journal_field_append_uint(JournalFields *f, const char *name, uint64_t value)
{
        char digits[24];
        int n = snprintf(digits, sizeof(digits), "%" PRIu64, value);

        return journal_field_append(f, name, digits, (size_t) n);
}

int journal_field_appendf(JournalFields *f, const char *name, const char *format, ...)
{
        _cleanup_free_ char *value = NULL;
        va_list ap;
        int n;

        assert(format);
        va_start(ap, format);
        n = vasprintf(&value, format, ap);
        va_end(ap);
        if (n < 0) {
                value = NULL;
                return -ENOMEM;
        }
        return journal_field_append(f, name, value, (size_t) n);
}

size_t journal_message_header(char header[static JOURNAL_MESSAGE_HEADER_MAX], const void *data, size_t size)
{
        static const char name[] = "MESSAGE";

        assert(data || size == 0);
        memcpy(header, name, sizeof(name) - 1);
        return sizeof(name) - 1 + field_separator(header + sizeof(name) - 1, data, size);
}

static bool is_upper(char c)
{
        return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

bool journal_field_name_is_valid(const char *name)
{
        size_t n;

        assert(name);
        if (!is_upper(name[0]))
                return false;
        for (n = 1; name[n]; n++)
                if (!is_upper(name[n]) && !is_digit(name[n]) && name[n] != '_')
                        return false;
        return n <= JOURNAL_FIELD_NAME_MAX;
}

char *journal_field_name_sanitize(const char *s)
{
        char *name;
        size_t n = 0;

        assert(s);
        name = malloc(strlen(s) + 1);
        if (!name)
                return NULL;
        for (; *s; s++) {
                char c = *s >= 'a' && *s <= 'z' ? (char) (*s - 'a' + 'A') : *s;

                /* One '_' for each character, not for each of its bytes. */
                if (((unsigned char) c & 0xc0) == 0x80)
                        continue;
                if (!is_upper(c) && !is_digit(c))
                        c = '_';
                if (n > 0 || c != '_')
                        name[n++] = c;
        }
        name[n] = 0;
        return name;
}

int journal_priority_prefix(const char *data, size_t size, size_t *ret_skip)
{
        assert(data || size == 0);
        assert(ret_skip);
        if (size < 3 || data[0] != '<' || data[1] < '0' || data[1] > '7' || data[2] != '>')
                return -ENOENT;
        *ret_skip = 3;
        return data[1] - '0';
}
