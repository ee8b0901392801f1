/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* enum <-> string. */

#include <criterion/criterion.h>

#include "util/macro.h"
#include "util/string-table.h"

typedef enum Color {
        COLOR_RED,
        COLOR_GREEN,
        COLOR_NAMELESS,
        COLOR_BLUE,
        _COLOR_MAX,
} Color;

const char *color_to_string(Color c);
int color_from_string(const char *s);

static const char color_table[_COLOR_MAX][8] = {
        [COLOR_RED] = "red",
        [COLOR_GREEN] = "green",
        [COLOR_BLUE] = "blue",
};
DEFINE_STRING_TABLE(color, Color)

Test(string_table, both_ways)
{
        cr_assert_str_eq(color_to_string(COLOR_BLUE), "blue");
        cr_assert_eq(color_from_string("blue"), COLOR_BLUE);
        cr_assert_null(color_to_string(COLOR_NAMELESS));
}

Test(string_table, out_of_range)
{
        cr_assert_null(color_to_string(_COLOR_MAX));
        cr_assert_null(color_to_string((Color) -1));
        cr_assert_eq(color_from_string("re"), -EINVAL);
        cr_assert_eq(color_from_string(""), -EINVAL);
        cr_assert_eq(color_from_string(NULL), -EINVAL);
}
