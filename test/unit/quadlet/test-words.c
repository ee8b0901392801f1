/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <criterion/criterion.h>
#include <string.h>

#include "quadlet/words.h"

static void expect_words(const char *text, SplitMode mode, SplitResult result, const char *joined)
{
        _cleanup_words_ Words w = {};
        _cleanup_buffer_ Buffer b = {};

        cr_expect_eq(words_split(text, mode, &w), result, "%s", text);
        for (size_t i = 0; i < w.n; i++)
                buffer_addf(&b, "<%s>", w.items[i]);
        cr_expect_str_eq(buffer_text(&b), joined);
}

Test(words, blanks_and_quotes)
{
        expect_words("  a  b\tc ", SPLIT_UNESCAPE, SPLIT_OK, "<a><b><c>");
        expect_words("\"a b\" 'c d' e\"f g\"h \"\"", SPLIT_UNESCAPE, SPLIT_OK, "<a b><c d><ef gh><>");
        expect_words("'a\"b' \"c'd\"", SPLIT_UNESCAPE, SPLIT_OK, "<a\"b><c'd>");
        expect_words("", SPLIT_UNESCAPE, SPLIT_OK, "");
}

Test(words, escapes)
{
        expect_words("\\x41\\102\\u00e9\\n\\s", SPLIT_UNESCAPE, SPLIT_OK, "<AB\xc3\xa9\n >");
        expect_words("\\U0001f600", SPLIT_UNESCAPE, SPLIT_OK, "<\xf0\x9f\x98\x80>");
        expect_words("a \\q b", SPLIT_UNESCAPE, SPLIT_BAD_ESCAPE, "<a>");
        expect_words("\\x00", SPLIT_UNESCAPE, SPLIT_BAD_ESCAPE, "");
        expect_words("\\ud800", SPLIT_UNESCAPE, SPLIT_BAD_ESCAPE, "");
        expect_words("\\400", SPLIT_UNESCAPE, SPLIT_BAD_ESCAPE, "");
        expect_words("end\\", SPLIT_UNESCAPE, SPLIT_BAD_ESCAPE, "");
        expect_words("\\q a\\\"b", SPLIT_KEEP_ESCAPES, SPLIT_OPEN_QUOTE, "<\\q><a\\b>");
}

Test(words, open_quote_is_taken_as_closed)
{
        expect_words("a 'b c", SPLIT_UNESCAPE, SPLIT_OPEN_QUOTE, "<a><b c>");
}

static void expect_quoted(const char *word, const char *written)
{
        _cleanup_buffer_ Buffer b = {};

        word_quote(&b, word);
        cr_expect_str_eq(buffer_text(&b), written);
}

Test(words, quoting)
{
        expect_quoted("plain-%h_${X}", "plain-%h_${X}");
        expect_quoted("", "\"\"");
        expect_quoted("a b", "\"a b\"");
        expect_quoted("[\"x\"]", "'[\"x\"]'");
        expect_quoted("it's \"x\"", "\"it's \\\"x\\\"\"");
        expect_quoted("back\\slash", "\"back\\\\slash\"");
        expect_quoted("\n\t\x01\xff", "\"\\n\\t\\x01\\xff\"");
        expect_quoted("#x", "\"#x\"");
        expect_quoted(";", "\";\"");
        expect_quoted("\xc3\xbc", "\xc3\xbc");
}

Test(words, literal_text)
{
        _cleanup_buffer_ Buffer b = {};

        word_quote_literal(&b, "100% of $X");
        cr_expect_str_eq(buffer_text(&b), "\"100%% of $$X\"");
}

Test(words, unquote_once)
{
        static const char *const table[][2] = {
                { " a b ", "a b" }, { "\"a b\"", "a b" }, { "\"\"a\"\"", "\"a\"" },
                { "'a'", "'a'" },   { "\"", "\"" },       { "", "" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_free_ char *s = word_unquote_once(table[i][0]);

                cr_expect_str_eq(s, table[i][1]);
        }
}
