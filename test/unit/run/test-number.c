/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Numbers, sizes, durations and numbers of processors. */

#include <criterion/criterion.h>

#include "run/number.h"
#include "util/macro.h"

typedef int (*Parser)(const char *s, int64_t *ret);

static int parse_integer(const char *s, int64_t *ret)
{
        return parse_int64(s, 0, ret);
}

static int parse_decimal(const char *s, int64_t *ret)
{
        return parse_int64(s, 10, ret);
}

Test(number, good)
{
        static const struct {
                Parser parse;
                const char *s;
                int64_t expected;
        } table[] = {
                { parse_integer, "0x10", 16 },
                { parse_integer, "010", 8 },
                { parse_integer, "0b11", 3 },
                { parse_integer, "0o17", 15 },
                { parse_integer, "1_000", 1000 },
                { parse_integer, "0_7", 7 },
                { parse_integer, "-0x_1", -1 },
                { parse_integer, "9223372036854775807", INT64_MAX },
                { parse_integer, "-9223372036854775808", INT64_MIN },
                { parse_decimal, "+010", 10 },
                { parse_size, "1", 1 },
                { parse_size, "1.5g", 1610612736 },
                { parse_size, "1 GiB", 1 << 30 },
                { parse_size, ".5k", 512 },
                { parse_size, "0x1p4k", 16384 },
                { parse_size, "-0", 0 },
                { parse_size, "9999999p", INT64_MIN },
                { parse_duration, "0", 0 },
                { parse_duration, "1h30m", 5400000000000 },
                { parse_duration, "-1.5s", -1500000000 },
                { parse_duration, "1µs", 1000 },
                { parse_duration, "1μs", 1000 },
                { parse_duration, "2562047h47m16.854775807s", INT64_MAX },
                { parse_cpus, "1.5", 1500000000 },
                { parse_cpus, "1/2", 500000000 },
                { parse_cpus, "1e1", 10000000000 },
                { parse_cpus, "010", 10000000000 },
                { parse_cpus, "010/1", 8000000000 },
                { parse_cpus, "0x1p-2", 250000000 },
                { parse_cpus, "1.0000000000000000000000000000", 1000000000 },
                { parse_cpus, "-1", -1000000000 },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                int64_t value = 42;

                cr_assert_eq(table[i].parse(table[i].s, &value), 0, "%s", table[i].s);
                cr_assert_eq(value, table[i].expected, "%s: %lli", table[i].s, (long long) value);
        }
}

Test(number, bad)
{
        static const struct {
                Parser parse;
                const char *s;
        } table[] = {
                { parse_integer, "" },
                { parse_integer, "-" },
                { parse_integer, "0x" },
                { parse_integer, "08" },
                { parse_integer, "1__0" },
                { parse_integer, "_1" },
                { parse_integer, "1_" },
                { parse_integer, " 1" },
                { parse_integer, "1.0" },
                { parse_integer, "9223372036854775808" },
                { parse_decimal, "0x10" },
                { parse_decimal, "1_0" },
                { parse_size, "" },
                { parse_size, "g" },
                { parse_size, "-1" },
                { parse_size, "1kbb" },
                { parse_size, "1ki" },
                { parse_size, "1bb" },
                { parse_size, "1  g" },
                { parse_size, "1.5.5" },
                { parse_size, "nan 1" },
                { parse_size, "1e400" },
                { parse_duration, "" },
                { parse_duration, "1" },
                { parse_duration, "1d" },
                { parse_duration, ".s" },
                { parse_duration, "1 s" },
                { parse_duration, "9223372036854775808ns" },
                { parse_cpus, "" },
                { parse_cpus, "1/3" },
                { parse_cpus, "1e-10" },
                { parse_cpus, "1/0" },
                { parse_cpus, "inf" },
                { parse_cpus, "1e" },
                { parse_cpus, "1e99999999999" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                int64_t value = 42;

                cr_assert(table[i].parse(table[i].s, &value) < 0, "%s", table[i].s);
                cr_assert_eq(value, 42, "%s", table[i].s);
        }
}
