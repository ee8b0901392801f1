/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Base64, as strict as in Go, and so in the docker CLI: padding is required, and only line breaks may be
 * between digits, but excess bits of the last digit are ignored. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "util/cleanup.h"
#include "util/macro.h"

static int digit_value(char c)
{
        if (c >= 'A' && c <= 'Z')
                return c - 'A';
        if (c >= 'a' && c <= 'z')
                return c - 'a' + 26;
        if (c >= '0' && c <= '9')
                return c - '0' + 52;
        if (c == '+')
                return 62;
        return c == '/' ? 63 : -EINVAL;
}

/* The next digits, at most four, without line breaks. Returns their number. */
static size_t next_group(const char *s, size_t size, size_t *at, char group[4])
{
        size_t n = 0;

        while (*at < size && n < 4) {
                char c = s[(*at)++];

                if (c != '\r' && c != '\n')
                        group[n++] = c;
        }
        return n;
}

/* Returns the number of bytes of the group: 3, or 2 or 1 if it is padded. -EINVAL. */
static int decode_group(const char group[4], char *ret)
{
        uint32_t bits = 0;
        int bytes = group[3] != '=' ? 3 : group[2] != '=' ? 2 : 1;

        for (int i = 0; i < 4; i++) {
                int digit = i <= bytes ? digit_value(group[i]) : 0;

                if (digit < 0)
                        return digit;
                bits = bits << 6 | (uint32_t) digit;
        }
        for (int i = 0; i < bytes; i++)
                ret[i] = (char) (bits >> (16 - 8 * i));
        return bytes;
}

int base64_decode(const char *s, size_t size, char **ret, size_t *ret_size)
{
        _cleanup_free_ char *data = NULL;
        size_t n = 0, at = 0, digits;
        char group[4];
        int bytes = 3;

        assert(s || size == 0);
        assert(ret && ret_size);

        data = malloc(size / 4 * 3 + 4);
        if (!data)
                return -ENOMEM;
        while ((digits = next_group(s, size, &at, group)) > 0) {
                /* no digit may follow a padded group */
                if (digits < 4 || bytes < 3)
                        return -EINVAL;
                bytes = decode_group(group, data + n);
                if (bytes < 0)
                        return bytes;
                n += (size_t) bytes;
        }
        data[n] = 0;
        *ret = TAKE_PTR(data);
        *ret_size = n;
        return 0;
}

/* last: the digits for 62 and 63, which differ between alphabets. */
static char *encode(const void *data, size_t size, const char *last)
{
        char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789??";
        const uint8_t *u = data;
        char *ret, *p;

        assert(data || size == 0);

        memcpy(digits + 62, last, 2);
        p = ret = malloc(size / 3 * 4 + 5);
        if (!ret)
                return NULL;
        for (size_t i = 0; i < size; i += 3) {
                size_t n = MIN(size - i, (size_t) 3);
                uint32_t bits = (uint32_t) u[i] << 16 | (n > 1 ? (uint32_t) u[i + 1] << 8 : 0) |
                                (n > 2 ? (uint32_t) u[i + 2] : 0);

                *p++ = digits[bits >> 18];
                *p++ = digits[bits >> 12 & 63];
                *p++ = n > 1 ? digits[bits >> 6 & 63] : '=';
                *p++ = n > 2 ? digits[bits & 63] : '=';
        }
        *p = 0;
        return ret;
}

char *base64_encode(const void *data, size_t size)
{
        return encode(data, size, "+/");
}

char *base64url_encode(const void *data, size_t size)
{
        return encode(data, size, "-_");
}
