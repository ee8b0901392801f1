/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Numbers by the rules of the docker CLI, which uses Go's strconv, time and math/big and docker's go-units.
 * Each of these has a grammar of its own, and existing units use the corners of these grammars. strtol(3)
 * would accept other numbers. */

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "util/cleanup.h"
#include "util/macro.h"

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int digit_value(char c)
{
        if (is_digit(c))
                return c - '0';
        return is_hex(c) ? (c | 0x20) - 'a' + 10 : 99;
}

/* An underscore must stand between digits, or between the prefix of a base and a digit. */
static bool underscores_ok(const char *s)
{
        char last = '^'; /* '0': a digit or prefix; '_'; '!': anything else */
        bool hex = false;

        if (*s == '-' || *s == '+')
                s++;
        if (s[0] == '0' && s[1] && strchr("bBoOxX", s[1])) {
                hex = (s[1] | 0x20) == 'x';
                last = '0';
                s += 2;
        }
        for (; *s; s++) {
                if (is_digit(*s) || (hex && is_hex(*s)))
                        last = '0';
                else if (*s == '_') {
                        if (last != '0')
                                return false;
                        last = '_';
                } else {
                        if (last == '_')
                                return false;
                        last = '!';
                }
        }
        return last != '_';
}

/* Returns the base of the prefix and skips the prefix. */
static int base_of_prefix(const char **s)
{
        if ((*s)[0] != '0' || !(*s)[1])
                return 10;
        switch ((*s)[1] | 0x20) {
        case 'x':
                *s += 2;
                return 16;
        case 'o':
                *s += 2;
                return 8;
        case 'b':
                *s += 2;
                return 2;
        default:
                *s += 1;
                return 8;
        }
}

int parse_uint64(const char *s, int base, uint64_t max, uint64_t *ret)
{
        const char *begin = s;
        bool any_base = base == 0, underscore = false, overflow = false;
        uint64_t value = 0;

        if (!*s)
                return -EINVAL;
        if (any_base)
                base = base_of_prefix(&s);
        if (!*s)
                return -EINVAL;
        for (; *s; s++) {
                int digit = digit_value(*s);

                if (*s == '_' && any_base) {
                        underscore = true;
                        continue;
                }
                if (digit >= base)
                        return -EINVAL;
                if (__builtin_mul_overflow(value, (uint64_t) base, &value) ||
                    __builtin_add_overflow(value, (uint64_t) digit, &value))
                        overflow = true;
        }
        if (underscore && !underscores_ok(begin))
                return -EINVAL;
        if (overflow || value > max)
                return -ERANGE;
        *ret = value;
        return 0;
}

int parse_int64(const char *s, int base, int64_t *ret)
{
        bool negative = *s == '-';
        uint64_t value;
        int r;

        if (*s == '-' || *s == '+')
                s++;
        r = parse_uint64(s, base, (uint64_t) INT64_MAX + negative, &value);
        if (r < 0)
                return r;
        *ret = negative ? (int64_t) (0 - value) : (int64_t) value;
        return 0;
}

int parse_bool(const char *s, bool *ret)
{
        static const char *const words[][6] = {
                { "0", "f", "F", "FALSE", "false", "False" },
                { "1", "t", "T", "TRUE", "true", "True" },
        };

        for (size_t value = 0; value < ELEMENTSOF(words); value++)
                for (size_t i = 0; i < ELEMENTSOF(words[value]); i++)
                        if (strcmp(s, words[value][i]) == 0) {
                                *ret = value;
                                return 0;
                        }
        return -EINVAL;
}

/* Skips the digits of a mantissa with at most one point. Returns whether there was a digit. */
static bool skip_mantissa(const char **s, bool (*digit)(char))
{
        bool any = false, point = false;

        for (; **s; (*s)++) {
                if (digit(**s))
                        any = true;
                else if (**s == '.' && !point)
                        point = true;
                else if (**s != '_')
                        break;
        }
        return any;
}

static bool skip_exponent(const char **s)
{
        bool any = false;

        (*s)++;
        if (**s == '-' || **s == '+')
                (*s)++;
        for (; is_digit(**s) || **s == '_'; (*s)++)
                any = any || **s != '_';
        return any;
}

/* Whether all of s is a decimal or hexadecimal floating point number. */
static bool float_syntax(const char *s)
{
        const char *begin = s;
        bool hex;

        if (*s == '-' || *s == '+')
                s++;
        hex = s[0] == '0' && (s[1] | 0x20) == 'x';
        if (hex)
                s += 2;
        if (!skip_mantissa(&s, hex ? is_hex : is_digit))
                return false;
        if ((*s | 0x20) == (hex ? 'p' : 'e')) {
                if (!skip_exponent(&s))
                        return false;
        } else if (hex)
                return false;
        return !*s && (!strchr(begin, '_') || underscores_ok(begin));
}

static int parse_double(const char *s, size_t size, double *ret)
{
        _cleanup_free_ char *copy = strndup(s, size);
        size_t n = 0;
        double value;

        if (!copy)
                return -ENOMEM;
        if (!float_syntax(copy))
                return -EINVAL;
        for (const char *c = copy; *c; c++)
                if (*c != '_')
                        copy[n++] = *c;
        copy[n] = 0;
        value = strtod(copy, NULL);
        if (isinf(value))
                return -ERANGE;
        *ret = value;
        return 0;
}

/* Converts as Go does on x86-64: a value that is too large becomes the smallest number. */
static int64_t truncate_to_int64(double value)
{
        return value >= 0x1p63 ? INT64_MIN : (int64_t) value;
}

/* The factor of a suffix like "k", "KB", "Kib", or -EINVAL. */
static int64_t size_factor(const char *suffix)
{
        static const char letters[] = "bkmgtp";
        const char *letter;

        if (!*suffix)
                return 1;
        letter = strchr(letters, *suffix | 0x20);
        if (!letter || !*letter)
                return -EINVAL;
        if (suffix[1] &&
            (letter == letters || (strcasecmp(suffix + 1, "b") != 0 && strcasecmp(suffix + 1, "ib") != 0)))
                return -EINVAL;
        return INT64_C(1) << (10 * (letter - letters));
}

int parse_size(const char *s, int64_t *ret)
{
        size_t end = strlen(s);
        int64_t factor;
        double value;
        int r;

        while (end > 0 && !is_digit(s[end - 1]) && s[end - 1] != '.' && s[end - 1] != ' ')
                end--;
        if (end == 0)
                return -EINVAL;
        factor = size_factor(s + end);
        r = parse_double(s, s[end - 1] == ' ' ? end - 1 : end, &value);
        if (r < 0)
                return r;
        if (factor < 0 || value < 0)
                return -EINVAL;
        *ret = truncate_to_int64(value * (double) factor);
        return 0;
}

static const struct {
        const char *name;
        uint64_t nanoseconds;
} duration_units[] = {
        { "ns", 1 },
        { "us", 1000 },
        { "µs", 1000 }, /* U+00B5 */
        { "μs", 1000 }, /* U+03BC */
        { "ms", 1000 * 1000 },
        { "s", NSEC_PER_SEC },
        { "m", 60 * NSEC_PER_SEC },
        { "h", 3600 * NSEC_PER_SEC },
};

static uint64_t duration_unit(const char **s)
{
        size_t n = 0;

        while ((*s)[n] && (*s)[n] != '.' && !is_digit((*s)[n]))
                n++;
        for (size_t i = 0; i < ELEMENTSOF(duration_units); i++)
                if (strlen(duration_units[i].name) == n && memcmp(*s, duration_units[i].name, n) == 0) {
                        *s += n;
                        return duration_units[i].nanoseconds;
                }
        return 0;
}

/* Adds one number with its unit, for example "1.5h", to *total. */
static int duration_part(const char **s, uint64_t *total)
{
        uint64_t whole = 0, fraction = 0, unit;
        double scale = 1;
        bool any = false, full = false;

        for (; is_digit(**s); (*s)++) {
                any = true;
                if (whole > UINT64_C(1) << 60 ||
                    __builtin_add_overflow(whole * 10, (uint64_t) (**s - '0'), &whole) ||
                    whole > UINT64_C(1) << 63)
                        return -ERANGE;
        }
        if (**s == '.')
                for ((*s)++; is_digit(**s); (*s)++) {
                        any = true;
                        full = full || fraction > (INT64_MAX / 10) - 1;
                        if (full)
                                continue;
                        fraction = fraction * 10 + (uint64_t) (**s - '0');
                        scale *= 10;
                }
        if (!any)
                return -EINVAL;
        unit = duration_unit(s);
        if (unit == 0)
                return -EINVAL;
        if (whole > (UINT64_C(1) << 63) / unit)
                return -ERANGE;
        whole = whole * unit + (uint64_t) ((double) fraction * ((double) unit / scale));
        if (whole > UINT64_C(1) << 63 || __builtin_add_overflow(*total, whole, total) ||
            *total > UINT64_C(1) << 63)
                return -ERANGE;
        return 0;
}

int parse_duration(const char *s, int64_t *ret)
{
        bool negative = *s == '-';
        uint64_t total = 0;

        if (*s == '-' || *s == '+')
                s++;
        if (!*s)
                return -EINVAL;
        if (strcmp(s, "0") == 0) {
                *ret = 0;
                return 0;
        }
        while (*s) {
                int r = duration_part(&s, &total);

                if (r < 0)
                        return r;
        }
        if (!negative && total > INT64_MAX)
                return -ERANGE;
        *ret = negative ? (int64_t) (0 - total) : (int64_t) total;
        return 0;
}
