/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Vectors of strings. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "util/strv.h"

Test(strv, a_null_vector_is_empty)
{
        size_t n = 0;

        cr_assert_eq(strv_length(NULL), 0);
        cr_assert(!strv_contains(NULL, "a"));
        STRV_FOREACH(s, NULL)
                n++;
        cr_assert_eq(n, 0);
        cr_assert_null(strv_free(NULL));
}

Test(strv, extend)
{
        _cleanup_strv_free_ char **v = NULL;

        cr_assert_eq(strv_extend(&v, "a"), 0);
        cr_assert_eq(strv_extend(&v, ""), 0);
        cr_assert_eq(strv_extendf(&v, "%s=%i", "n", 7), 0);
        cr_assert_eq(strv_consume(&v, strdup("own")), 0);
        cr_assert_eq(strv_length(v), 4);
        cr_assert_str_eq(v[2], "n=7");
        cr_assert(strv_contains(v, ""));
        cr_assert(strv_contains(v, "own"));
        cr_assert(!strv_contains(v, "ow"));
        cr_assert_null(v[4]);
}

Test(strv, out_of_memory_is_passed_on)
{
        _cleanup_strv_free_ char **v = NULL;

        cr_assert_eq(strv_consume(&v, NULL), -ENOMEM);
        cr_assert_null(v);
}

Test(strv, every_length_around_the_steps_of_growth)
{
        _cleanup_strv_free_ char **v = NULL;

        for (size_t i = 0; i < 1000; i++) {
                cr_assert_eq(strv_extendf(&v, "%zu", i), 0);
                cr_assert_eq(strv_length(v), i + 1);
        }
        cr_assert_str_eq(v[0], "0");
        cr_assert_str_eq(v[999], "999");
}
