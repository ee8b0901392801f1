/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* UTF-8 and plain lines. */

#include <criterion/criterion.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"

Test(text, well_formed_sequences)
{
        static const char *const good[] = {
                "a", "\x7f", "ä", "€", "😀", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"
        };

        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                cr_assert_eq(utf8_sequence(good[i], strlen(good[i])), strlen(good[i]), "%zu", i);
                for (size_t n = 0; n < strlen(good[i]); n++)
                        cr_assert_eq(utf8_sequence(good[i], n), 0);
        }
        cr_assert_eq(utf8_sequence("\0", 1), 1);
}

Test(text, malformed_sequences)
{
        static const char *const bad[] = {
                "\x80",
                "\xbf",
                "\xc0\xaf",
                "\xc1\xbf",
                "\xe0\x80\xaf",
                "\xed\xa0\x80",
                "\xf0\x80\x80\xaf",
                "\xf4\x90\x80\x80",
                "\xf5\x80\x80\x80",
                "\xfe",
                "\xff",
                "\xc3(",
                "\xe2\x82(",
                "\xe2(\xac",
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                cr_assert_eq(utf8_sequence(bad[i], strlen(bad[i])), 0, "%zu", i);
                cr_assert(!utf8_is_valid(bad[i], strlen(bad[i])));
        }
        cr_assert(utf8_is_valid("", 0));
        cr_assert(utf8_is_valid("aä€😀", strlen("aä€😀")));
        cr_assert(!utf8_is_valid("aä€😀", strlen("aä€😀") - 1));
}

Test(text, tail_that_goes_on)
{
        cr_assert_eq(utf8_incomplete_tail("", 0), 0);
        cr_assert_eq(utf8_incomplete_tail("abc", 3), 0);
        cr_assert_eq(utf8_incomplete_tail("aä", 3), 0);
        cr_assert_eq(utf8_incomplete_tail("aä", 2), 1);
        cr_assert_eq(utf8_incomplete_tail("€", 1), 1);
        cr_assert_eq(utf8_incomplete_tail("€", 2), 2);
        cr_assert_eq(utf8_incomplete_tail("😀", 3), 3);
        cr_assert_eq(utf8_incomplete_tail("😀", 4), 0);
        cr_assert_eq(utf8_incomplete_tail("\x80\x80\x80\x80\x80", 5), 0);
        cr_assert_eq(utf8_incomplete_tail("a\xff", 2), 0);
}

static void check_line(const char *in, size_t size, size_t max, const char *expected)
{
        _cleanup_free_ char *s = text_one_line(in, size, max);

        cr_assert_not_null(s);
        cr_assert_str_eq(s, expected);
}

Test(text, one_plain_line)
{
        check_line("", 0, 10, "");
        check_line(NULL, 0, 10, "");
        check_line("abc", 3, 10, "abc");
        check_line("  a \n\t b\r\n", 10, 10, "a b");
        check_line("a\0b", 3, 10, "a b");
        check_line("\x1b[31mred\x1b[0m", 12, 20, "[31mred [0m");
        check_line("a\xc2\x9b"
                   "1m",
                   5, 10, "a 1m");
        check_line("\xff\xfe", 2, 10, "??");
        check_line("a€", 3, 10, "a??");
        check_line("\n\n\n", 3, 10, "");
}

Test(text, cut_at_whole_characters)
{
        check_line("abcdef", 6, 6, "abcdef");
        check_line("abcdefg", 7, 6, "abcdef…");
        check_line("€€€", 9, 6, "€€…");
        check_line("€€€", 9, 7, "€€…");
        check_line("ab cd", 5, 3, "ab…");
        check_line("ab ", 3, 2, "ab");
        check_line("a", 1, 0, "…");
}

Test(text, blank)
{
        cr_assert(text_is_blank("", 0));
        cr_assert(text_is_blank(" \t\r\n ", 5));
        cr_assert_not(text_is_blank(" \n{", 3));
        cr_assert_not(text_is_blank(" \0", 2));
        cr_assert_not(text_is_blank("\v", 1));
}

Test(text, ends_with)
{
        static const char s[] = "web.service";

        cr_assert(text_ends_with(s, strlen(s), ".service"));
        cr_assert_not(text_ends_with(s, strlen(s) - 1, ".service"));
        cr_assert_not(text_ends_with(s, strlen(s), ".socket"));
        cr_assert_not(text_ends_with(".service", strlen(".service"), ".service"), "nothing is before it");
        cr_assert_not(text_ends_with("", 0, ".service"));
}

/* The published test vectors of FNV-1a. Names of files and containers depend on it. */
Test(text, hash)
{
        cr_assert_eq(text_hash(TEXT_HASH_INIT, "", 0), UINT64_C(0xcbf29ce484222325));
        cr_assert_eq(text_hash(TEXT_HASH_INIT, "a", 1), UINT64_C(0xaf63dc4c8601ec8c));
        cr_assert_eq(text_hash(TEXT_HASH_INIT, "foobar", 6), UINT64_C(0x85944171f73967e8));
        cr_assert_eq(text_hash(text_hash(TEXT_HASH_INIT, "foo", 3), "bar", 3), UINT64_C(0x85944171f73967e8));
}
