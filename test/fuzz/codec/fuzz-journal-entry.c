/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The text before the first newline is a name, the rest data. The resulting entry has to read back as the
 * same. */

#include <endian.h>

#include "codec/journal/journal-entry.h"
#include "fuzz.h"
#include "util/cleanup.h"

/* Whether [p, p + size) is one field of that name and data. */
static void check_field(const char *p, size_t size, const char *name, const uint8_t *data, size_t data_size)
{
        size_t n = strlen(name);
        uint64_t le;

        CHECK(size > n + 1 && memcmp(p, name, n) == 0 && p[size - 1] == '\n');
        p += n;
        size -= n + 1;
        if (*p == '=') {
                CHECK(size - 1 == data_size && (size == 1 || !memchr(p + 1, '\n', size - 1)));
                p++;
        } else {
                CHECK(*p == '\n' && size >= 9);
                memcpy(&le, p + 1, sizeof(le));
                CHECK(le64toh(le) == data_size && size - 9 == data_size);
                p += 9;
        }
        CHECK(data_size == 0 || memcmp(p, data, data_size) == 0);
}

static void check_message(const uint8_t *data, size_t size)
{
        char header[JOURNAL_MESSAGE_HEADER_MAX];
        size_t n = journal_message_header(header, data, size);
        _cleanup_free_ char *field = malloc(n + size + 1);

        CHECK(field && n <= sizeof(header));
        memcpy(field, header, n);
        if (size > 0)
                memcpy(field + n, data, size);
        field[n + size] = '\n';
        check_field(field, n + size + 1, "MESSAGE", data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(journal_fields_done) JournalFields f = JOURNAL_FIELDS_NULL;
        const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
        size_t n = end ? (size_t) (end - data) : size, skip = 0;
        _cleanup_free_ char *key = fuzz_string(data, n), *name = NULL;
        int r;

        r = journal_priority_prefix((const char *) data, size, &skip);
        CHECK(r == -ENOENT || (r >= 0 && r <= 7 && skip == 3 && size >= 3));
        check_message(data, size);
        data += n;
        size -= n;
        name = journal_field_name_sanitize(key);
        CHECK(name && strlen(name) <= strlen(key) && name[0] != '_');
        CHECK(strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(name));
        r = journal_field_append(&f, name, data, size);
        CHECK(r == (journal_field_name_is_valid(name) ? 0 : -EINVAL));
        if (r == 0)
                check_field(f.data, f.size, name, data, size);
        else
                CHECK(f.size == 0);
        return 0;
}
