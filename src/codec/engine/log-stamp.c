/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Time stamps of stored logs: RFC 3339 with nanoseconds, in UTC or, with some log drivers, in the engine's
 * time zone. */

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "codec/engine/log-stamp.h"

#define FRACTION_DIGITS 9

typedef struct Reader {
        const char *p;
        size_t left;
} Reader;

static bool take_char(Reader *r, char c)
{
        if (r->left == 0 || *r->p != c)
                return false;
        r->p++;
        r->left--;
        return true;
}

/* A number of exactly so many digits, within the limits. */
static bool take_number(Reader *r, unsigned digits, int min, int max, int *ret)
{
        int value = 0;

        for (; digits > 0; digits--) {
                if (r->left == 0 || *r->p < '0' || *r->p > '9')
                        return false;
                value = value * 10 + (*r->p++ - '0');
                r->left--;
        }
        *ret = value;
        return value >= min && value <= max;
}

static bool take_date_time(Reader *r, struct tm *ret)
{
        *ret = (struct tm){};
        if (!take_number(r, 4, 1970, 2500, &ret->tm_year) || !take_char(r, '-') ||
            !take_number(r, 2, 1, 12, &ret->tm_mon) || !take_char(r, '-') ||
            !take_number(r, 2, 1, 31, &ret->tm_mday) || !take_char(r, 'T') ||
            !take_number(r, 2, 0, 23, &ret->tm_hour) || !take_char(r, ':') ||
            !take_number(r, 2, 0, 59, &ret->tm_min) || !take_char(r, ':') ||
            !take_number(r, 2, 0, 60, &ret->tm_sec))
                return false;
        ret->tm_year -= 1900;
        ret->tm_mon -= 1;
        return true;
}

/* Nothing, or '.' and 1 to 9 digits. */
static bool take_fraction(Reader *r, uint64_t *ret_nsec)
{
        unsigned digits = 0;
        int digit;

        *ret_nsec = 0;
        if (!take_char(r, '.'))
                return true;
        while (digits < FRACTION_DIGITS && take_number(r, 1, 0, 9, &digit)) {
                *ret_nsec = *ret_nsec * 10 + (uint64_t) digit;
                digits++;
        }
        for (unsigned i = digits; i < FRACTION_DIGITS; i++)
                *ret_nsec *= 10;
        return digits > 0;
}

static bool take_zone(Reader *r, int *ret_seconds)
{
        bool east = take_char(r, '+');
        int hours, minutes;

        *ret_seconds = 0;
        if (!east && take_char(r, 'Z'))
                return true;
        if ((!east && !take_char(r, '-')) || !take_number(r, 2, 0, 23, &hours) || !take_char(r, ':') ||
            !take_number(r, 2, 0, 59, &minutes))
                return false;
        *ret_seconds = (hours * 60 + minutes) * (east ? 60 : -60);
        return true;
}

int log_stamp_parse(const char *data, size_t size, uint64_t *ret_nsec, size_t *ret_size)
{
        Reader r = { data, MIN(size, (size_t) LOG_STAMP_MAX) };
        struct tm tm;
        uint64_t fraction;
        int64_t seconds;
        int zone;

        if (!take_date_time(&r, &tm) || !take_fraction(&r, &fraction) || !take_zone(&r, &zone) ||
            !take_char(&r, ' '))
                return -EBADMSG;
        seconds = (int64_t) timegm(&tm) - zone;
        if (seconds < 0)
                return -EBADMSG;
        *ret_nsec = (uint64_t) seconds * NSEC_PER_SEC + fraction;
        *ret_size = (size_t) (r.p - data);
        return 0;
}

int log_stamp_feed(LogStamp *s, const char *data, size_t size, size_t *ret_consumed, uint64_t *ret_nsec)
{
        size_t n = MIN(size, sizeof(s->text) - s->size), stamp_size;
        const char *blank = n > 0 ? memchr(data, ' ', n) : NULL;

        if (blank)
                n = (size_t) (blank - data) + 1;
        if (n > 0)
                memcpy(s->text + s->size, data, n);
        s->size += n;
        *ret_consumed = n;
        if (!blank)
                return s->size == sizeof(s->text) ? -EBADMSG : 0;
        return log_stamp_parse(s->text, s->size, ret_nsec, &stamp_size) < 0 ? -EBADMSG : 1;
}

size_t log_stamp_strip_repeated(char *line, size_t size, const char *stamp, size_t stamp_size)
{
        size_t from = 0, to = 0;

        while (from < size) {
                size_t n = MIN(LOG_MESSAGE_MAX, size - from);

                memmove(line + to, line + from, n);
                from += n;
                to += n;
                if (n == LOG_MESSAGE_MAX && size - from >= stamp_size &&
                    memcmp(line + from, stamp, stamp_size) == 0)
                        from += stamp_size;
        }
        return to;
}
