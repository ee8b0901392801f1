/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The journal's native protocol. */

#include <criterion/criterion.h>
#include <string.h>

#include "codec/journal/journal-entry.h"
#include "util/cleanup.h"

static void check_bytes(const JournalFields *f, const char *expected, size_t size)
{
        cr_assert_eq(f->size, size);
        cr_assert_arr_eq(f->data, expected, size);
}

Test(journal_entry, text_field)
{
        _cleanup_(journal_fields_done) JournalFields f = JOURNAL_FIELDS_NULL;

        cr_assert_eq(journal_field_append_string(&f, "A", "b"), 0);
        cr_assert_eq(journal_field_append_string(&f, "EMPTY", ""), 0);
        cr_assert_eq(journal_field_append(&f, "NUL_IN_IT", "x\0y", 3), 0);
        cr_assert_eq(journal_field_append_uint(&f, "N", UINT64_MAX), 0);
        cr_assert_eq(journal_field_appendf(&f, "F", "%s-%i", "x", 7), 0);
        check_bytes(&f, "A=b\nEMPTY=\nNUL_IN_IT=x\0y\nN=18446744073709551615\nF=x-7\n", 54);
}

Test(journal_entry, binary_field)
{
        _cleanup_(journal_fields_done) JournalFields f = JOURNAL_FIELDS_NULL;

        cr_assert_eq(journal_field_append_string(&f, "A", "x\ny"), 0);
        check_bytes(&f, "A\n\3\0\0\0\0\0\0\0x\ny\n", 14);
}

Test(journal_entry, clear_keeps_the_memory)
{
        _cleanup_(journal_fields_done) JournalFields f = JOURNAL_FIELDS_NULL;
        const char *before;

        cr_assert_eq(journal_field_append_string(&f, "A", "1"), 0);
        before = f.data;
        journal_fields_clear(&f);
        cr_assert_eq(f.size, 0);
        cr_assert_eq(journal_field_append_string(&f, "B", "2"), 0);
        cr_assert_eq(f.data, before);
        check_bytes(&f, "B=2\n", 4);
}

Test(journal_entry, many_fields_grow)
{
        _cleanup_(journal_fields_done) JournalFields f = JOURNAL_FIELDS_NULL;

        for (size_t i = 0; i < 1000; i++)
                cr_assert_eq(journal_field_append_string(&f, "FIELD", "value"), 0);
        cr_assert_eq(f.size, 12000);
        cr_assert_arr_eq(f.data + 11988, "FIELD=value\n", 12);
}

Test(journal_entry, bad_name_changes_nothing)
{
        static const char *const bad[] = {
                "",     "_PID", "1A",
                "a",    "A-B",  "A=B",
                "A\nB", "Ä",    "A2345678901234567890123456789012345678901234567890123456789012345",
        };
        _cleanup_(journal_fields_done) JournalFields f = JOURNAL_FIELDS_NULL;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                cr_assert(!journal_field_name_is_valid(bad[i]));
                cr_assert_eq(journal_field_append_string(&f, bad[i], "x"), -EINVAL, "%zu", i);
        }
        cr_assert_eq(f.size, 0);
        cr_assert(journal_field_name_is_valid(
                "A234567890123456789012345678901234567890123456789012345678901234"));
        cr_assert(journal_field_name_is_valid("A_1"));
}

Test(journal_entry, message_header)
{
        char h[JOURNAL_MESSAGE_HEADER_MAX];

        cr_assert_eq(journal_message_header(h, "abc", 3), 8);
        cr_assert_arr_eq(h, "MESSAGE=", 8);
        cr_assert_eq(journal_message_header(h, NULL, 0), 8);
        cr_assert_eq(journal_message_header(h, "a\nc", 3), 16);
        cr_assert_arr_eq(h, "MESSAGE\n\3\0\0\0\0\0\0\0", 16);
}

/* The expected names are results of sanitizeKeyMod() in Docker's journald driver. */
Test(journal_entry, names_as_dockers_driver_makes_them)
{
        static const char *const cases[][2] = {
                { "io.kubernetes.pod.name", "IO_KUBERNETES_POD_NAME" },
                { "foo", "FOO" },
                { "_foo_", "FOO_" },
                { "__..a", "A" },
                { "a-b/c", "A_B_C" },
                { "1abc", "1ABC" },
                { "größe", "GR__E" },
                { "", "" },
                { "___", "" },
                { "a=b\n", "A_B_" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *s = journal_field_name_sanitize(cases[i][0]);

                cr_assert_str_eq(s, cases[i][1]);
        }
}

static void check_prefix(const char *line, int priority, size_t skip)
{
        size_t n = 42;

        cr_assert_eq(journal_priority_prefix(line, strlen(line), &n), priority, "%s", line);
        cr_assert_eq(n, priority >= 0 ? skip : 42);
}

Test(journal_entry, priority_prefix)
{
        check_prefix("<0>x", 0, 3);
        check_prefix("<7>", 7, 3);
        check_prefix("<3>error", 3, 3);
        check_prefix("<8>x", -ENOENT, 0);
        check_prefix("<9>x", -ENOENT, 0);
        check_prefix("<10>x", -ENOENT, 0);
        check_prefix("<06>x", -ENOENT, 0);
        check_prefix("<-1>x", -ENOENT, 0);
        check_prefix("<>", -ENOENT, 0);
        check_prefix("<3", -ENOENT, 0);
        check_prefix("<b>bold", -ENOENT, 0);
        check_prefix(" <3>x", -ENOENT, 0);
        check_prefix("", -ENOENT, 0);
}
