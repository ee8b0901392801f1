/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Go's regular expressions. The expected matches are those of Go's package regexp. */

#include <criterion/criterion.h>
#include <errno.h>

#include "codec/journal/name-pattern.h"
#include "util/macro.h"

Test(name_pattern, matches)
{
        static const struct {
                const char *go, *name;
                bool matches;
        } cases[] = {
                { "", "anything", true },
                { "b", "abc", true },
                { "^b", "abc", false },
                { "^(com|org)\\.", "com.example", true },
                { "^(com|org)\\.", "comexample", false },
                { "^(?:a|b)+$", "abab", true },
                { "^(?P<x>a)(?<y>b)$", "ab", true },
                { "^a.*?c$", "abbbc", true },
                { "^a+?$", "aaa", true },
                { "^\\d{2,3}$", "12", true },
                { "^\\d{2,3}$", "1234", false },
                { "^\\d{2}?$", "12", true },
                { "^a{2,}$", "aaa", true },
                { "^a{2,}$", "a", false },
                { "^a{x}$", "a{x}", true },
                { "^a{,2}$", "a{,2}", true },
                { "^[\\w.-]+$", "com.example-x_1", true },
                { "^[\\w.-]+$", "com/example", false },
                { "^\\D\\W\\S$", "a-b", true },
                { "^\\D\\W\\S$", "a b", true },
                { "^\\D\\W\\S$", "1-b", false },
                { "^[^\\d]+$", "abc", true },
                { "^[^\\d]+$", "ab1", false },
                { "^[]a]+$", "a]", true },
                { "^[\\]\\^\\-\\\\]+$", "-^]\\", true },
                { "^[\\^]$", "^", true },
                { "^[\\^-]$", "-", true },
                { "^[\\^-]$", "x", false },
                { "^[a-]$", "-", true },
                { "^[.:=[]+$", "[.:=", true },
                { "^[[:alpha:]_]+$", "ab_", true },
                { "^[[:alpha:]_]+$", "ab1", false },
                { "(?i)^FOO$", "foo", true },
                { "\\bfoo\\b", "a foo b", true },
                { "\\bfoo\\b", "afoo", false },
                { "\\Afoo\\z", "foo", true },
                { "^\\$\\*\\/$", "$*/", true },
                { "^a|b$", "xb", true },
                { "^ü$", "ü", true },
                { "\\t", "a\tb", true },
                { "^((a+)+b?)+$", "aabaa", true },
                { "^a{0}b{3}$", "bbb", true },
                { "x{y}?", "x{y", true },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                regex_t pattern;

                cr_assert_eq(name_pattern_compile(cases[i].go, &pattern), 0, "%s", cases[i].go);
                cr_assert_eq(name_pattern_matches(&pattern, cases[i].name), cases[i].matches, "%s on %s",
                             cases[i].go, cases[i].name);
                regfree(&pattern);
        }
}

Test(name_pattern, refused)
{
        static const char *const bad[] = { "(",
                                           "[",
                                           "[a",
                                           "[]",
                                           "a)",
                                           "\\",
                                           "\\pL",
                                           "\\Q.\\E",
                                           "(?s)a",
                                           "(?P<x",
                                           "[ü]",
                                           "[b-a]",
                                           "[[:nothing:]]",
                                           "a{1001}",
                                           "(a{100}){50}",
                                           "a{2,1}",
                                           "a**",
                                           "+",
                                           "(|+)",
                                           "(((((((((((((((((a",
                                           "((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+",
                                           "((a{60}){60}){60}",
                                           "\\x41",
                                           "[\\",
                                           "[^\\d\\D]" };
        char *long_one = malloc(NAME_PATTERN_MAX + 2);
        regex_t pattern;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(name_pattern_compile(bad[i], &pattern), -EINVAL, "%s", bad[i]);
        memset(long_one, 'a', NAME_PATTERN_MAX + 1);
        long_one[NAME_PATTERN_MAX + 1] = 0;
        cr_assert_eq(name_pattern_compile(long_one, &pattern), -EINVAL);
        free(long_one);
}
