/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <criterion/criterion.h>
#include <string.h>

#include "quadlet/unit-file.h"

static UnitFile u;
static Findings f;

static void parse(const char *text)
{
        unit_file_parse(&u, "/etc/docker/systemd/x.container", text, strlen(text), 1, &f);
        cr_assert(!u.failed);
        cr_assert(!f.failed);
}

static void done(void)
{
        unit_file_done(&u);
        findings_done(&f);
}

static void expect(size_t i, const char *section, const char *key, const char *value, unsigned line)
{
        cr_assert_lt(i, u.n);
        cr_expect_str_eq(u.lines[i].section, section);
        cr_expect_str_eq(u.lines[i].key, key);
        cr_expect_str_eq(u.lines[i].value, value);
        cr_expect_eq(u.lines[i].line, line);
}

static void expect_error(const char *text, unsigned line, const char *what)
{
        parse(text);
        cr_assert_eq(f.n, 1);
        cr_expect_eq(f.items[0].level, FINDING_ERROR);
        cr_expect_eq(f.items[0].line, line);
        cr_expect(strstr(f.items[0].text, what), "%s", f.items[0].text);
}

Test(unit_file, sections_of_one_name_are_merged, .fini = done)
{
        parse("[A]\nx=1\n[B]\ny=2\n[A]\n z = 3 4 \n");
        cr_expect_eq(f.n, 0);
        cr_expect_eq(u.n, 3);
        cr_expect_eq(u.sections.n, 2);
        expect(0, "A", "x", "1", 2);
        expect(2, "A", "z", "3 4", 6);
}

Test(unit_file, comments_only_at_the_beginning, .fini = done)
{
        parse("# a\n; b\n[A]\n  # c\nx=1 # d ; e\n");
        cr_expect_eq(u.n, 1);
        expect(0, "A", "x", "1 # d ; e", 5);
}

Test(unit_file, continued_lines, .fini = done)
{
        parse("[A]\nx=a \\\n# comment\n\n  b\\\nc\ny=1\nz=end\\");
        cr_expect_eq(u.n, 3);
        expect(0, "A", "x", "a bc", 2);
        expect(1, "A", "y", "1", 7);
        expect(2, "A", "z", "end", 8);
}

Test(unit_file, a_blank_after_the_backslash_and_carriage_returns, .fini = done)
{
        parse("\xef\xbb\xbf[A]\r\nx=a \\ \r\n b\r\n");
        cr_expect_eq(u.n, 1);
        expect(0, "A", "x", "a b", 2);
}

Test(unit_file, drop_ins_come_after, .fini = done)
{
        parse("[A]\nx=1\n");
        unit_file_parse(&u, "/d/10.conf", "[A]\nx=2\nx=\n", 11, 1, &f);
        cr_expect_eq(u.n, 3);
        cr_expect_str_eq(u.lines[1].file, "/d/10.conf");
        cr_expect_str_eq(unit_file_last(&u, "A", "x")->value, "");
        cr_expect_null(unit_file_string(&u, "A", "x"));
}

Test(unit_file, first_line_of_a_part, .fini = done)
{
        unit_file_parse(&u, "/m.quadlets", "[A]\nx=1\n", 8, 40, &f);
        expect(0, "A", "x", "1", 41);
}

Test(unit_file, no_line_of_a_unit_file, .fini = done)
{
        expect_error("[A]\nx=1\nwhat is this\ny=2\n", 3, "neither KEY=VALUE");
        cr_expect_eq(u.n, 2);
}

Test(unit_file, value_before_a_section, .fini = done)
{
        expect_error("x=1\n", 1, "before the first [section]");
}

Test(unit_file, unclosed_section_hides_its_lines, .fini = done)
{
        expect_error("[A\nx=1\n", 1, "not closed");
        cr_expect_eq(u.n, 0);
}

Test(unit_file, nul_bytes, .fini = done)
{
        unit_file_parse(&u, "/x", "[A]\nx=\0\n", 8, 1, &f);
        cr_expect_eq(f.count[FINDING_ERROR], 1);
        cr_expect_eq(u.n, 0);
}

Test(unit_file, huge, .fini = done)
{
        size_t size = UNIT_FILE_SIZE_MAX + 1;
        char *text = malloc(size);

        memset(text, 'x', size);
        unit_file_parse(&u, "/x", text, size, 1, &f);
        cr_expect_eq(f.count[FINDING_ERROR], 1);
        free(text);
}

Test(unit_file, many_mistakes_are_bounded, .fini = done)
{
        for (int i = 0; i < 1000; i++)
                parse("nonsense\n");
        cr_expect_eq(f.n, FINDINGS_MAX);
        cr_expect_eq(f.count[FINDING_ERROR], 1000);
}

Test(unit_file, an_error_has_a_place_even_after_many_notes, .fini = done)
{
        for (size_t i = 0; i < FINDINGS_MAX; i++)
                findings_add(&f, FINDING_NOTE, "/x", 1, NULL, "note");
        findings_add(&f, FINDING_ERROR, "/x", 7, NULL, "broken");
        cr_expect_eq(f.items[FINDINGS_MAX - 1].level, FINDING_ERROR);
}

Test(unit_file, booleans)
{
        cr_expect_eq(unit_file_boolean("YES"), 1);
        cr_expect_eq(unit_file_boolean("on"), 1);
        cr_expect_eq(unit_file_boolean("0"), 0);
        cr_expect_lt(unit_file_boolean("y"), 0);
        cr_expect_lt(unit_file_boolean(""), 0);
}
