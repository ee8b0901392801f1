/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --cpus is an exact rational number, because 0.1 must become 100000000 billionths and not 99999999.
 *
 * A number is mantissa × base^-fraction × 10^tens × 2^twos. Numbers whose intermediate values need more than
 * 96 bits are refused; no machine has that many processors. */

#include <errno.h>
#include <string.h>

#include "number.h"
#include "util/cleanup.h"
#include "util/macro.h"

typedef struct Rational {
        unsigned __int128 numerator, denominator;
} Rational;

static int digit_of(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        c |= 0x20;
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

static int times(unsigned __int128 *value, unsigned factor)
{
        unsigned __int128 product;

        if (__builtin_mul_overflow(*value, (unsigned __int128) factor, &product) || product >> 96)
                return -ERANGE;
        *value = product;
        return 0;
}

/* Multiplies by base^exponent. A negative exponent multiplies the denominator; common factors are removed,
 * so that both sides stay small. */
static int scale(Rational *r, unsigned base, int64_t exponent)
{
        for (; exponent != 0 && r->numerator != 0; exponent += exponent < 0 ? 1 : -1) {
                unsigned __int128 *side = exponent > 0 ? &r->numerator : &r->denominator;
                unsigned __int128 *other = exponent > 0 ? &r->denominator : &r->numerator;
                int x;

                if (*other % base == 0) {
                        *other /= base;
                        continue;
                }
                x = times(side, base);
                if (x < 0)
                        return x;
        }
        return 0;
}

static unsigned prefix_base(const char **s)
{
        static const char letters[] = "xob";
        static const unsigned bases[] = { 16, 8, 2 };
        const char *letter;

        if ((*s)[0] != '0' || !(*s)[1])
                return 10;
        letter = strchr(letters, (*s)[1] | 0x20);
        if (!letter)
                return 10;
        *s += 2;
        return bases[letter - letters];
}

/* Digits with at most one point. *ret is the value without the point, *ret_fraction the number of digits
 * after it. An underscore may stand between two digits, or after the prefix of a base. */
static int parse_mantissa(const char **s, unsigned base, unsigned __int128 *ret, int64_t *ret_fraction)
{
        unsigned __int128 value = 0;
        bool any = false, point = false;
        int64_t fraction = 0, zeros = 0;
        char before = base == 10 ? '.' : '0'; /* '0' for any digit */

        for (; **s; (*s)++) {
                int digit = digit_of(**s), r;

                if ((**s == '.' && !point && before != '_') || (**s == '_' && before == '0')) {
                        point = point || **s == '.';
                        before = **s;
                        continue;
                }
                if (digit >= (int) base)
                        break;
                any = true;
                before = '0';
                fraction += point;
                zeros++;
                if (digit == 0)
                        continue; /* zeros are added when a later digit needs them: "1.000…0" stays small */
                for (; zeros > 0 && value != 0; zeros--) {
                        r = times(&value, base);
                        if (r < 0)
                                return r;
                }
                zeros = 0;
                value += (unsigned) digit;
        }
        if (!any || before == '_')
                return -EINVAL;
        *ret = value;
        *ret_fraction = fraction - zeros;
        return 0;
}

static bool is_decimal(char c)
{
        return c >= '0' && c <= '9';
}

static int parse_exponent(const char **s, int64_t *ret)
{
        _cleanup_free_ char *digits = strdup(*s + 1);
        size_t n = 0;

        if (!digits)
                return -ENOMEM;
        for (const char *c = ++*s; *c; *s = ++c)
                if (is_decimal(*c) || (c[0] == '-' && n == 0) || (c[0] == '+' && n == 0))
                        digits[n++] = *c;
                else if (*c != '_' || !is_decimal(c[-1]) || !is_decimal(c[1]))
                        break;
        digits[n] = 0;
        return parse_int64(digits, 10, ret);
}

static int parse_decimal(const char *s, Rational *ret)
{
        Rational value = { 0, 1 };
        unsigned base = prefix_base(&s);
        int64_t fraction, exponent = 0;
        unsigned exponent_base = 10;
        int r;

        r = parse_mantissa(&s, base, &value.numerator, &fraction);
        if (r < 0)
                return r;
        if (*s && strchr("eEpP", *s)) {
                exponent_base = (*s | 0x20) == 'e' ? 10 : 2;
                r = parse_exponent(&s, &exponent);
                if (r < 0)
                        return r;
        }
        if (*s)
                return -EINVAL;
        r = scale(&value, base, -fraction);
        if (r >= 0)
                r = scale(&value, exponent_base, exponent);
        if (r >= 0)
                *ret = value;
        return r;
}

static int parse_fraction(const char *s, const char *bar, Rational *ret)
{
        _cleanup_free_ char *left = strndup(s, (size_t) (bar - s));
        uint64_t numerator, denominator;
        int r;

        if (!left)
                return -ENOMEM;
        r = parse_uint64(left, 0, UINT64_MAX, &numerator);
        if (r >= 0)
                r = parse_uint64(bar + 1, 0, UINT64_MAX, &denominator);
        if (r < 0)
                return r;
        if (denominator == 0)
                return -EINVAL;
        *ret = (Rational){ numerator, denominator };
        return 0;
}

int parse_cpus(const char *s, int64_t *ret)
{
        bool negative = *s == '-';
        const char *bar;
        Rational value;
        uint64_t nano;
        int r;

        if (*s == '-' || *s == '+')
                s++;
        bar = strchr(s, '/');
        r = bar ? parse_fraction(s, bar, &value) : parse_decimal(s, &value);
        if (r < 0)
                return r;
        r = scale(&value, 10, 9);
        if (r < 0)
                return r;
        if (value.numerator % value.denominator != 0)
                return -ERANGE;
        nano = (uint64_t) (value.numerator / value.denominator);
        *ret = (int64_t) (negative ? 0 - nano : nano);
        return 0;
}
