/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* IP and MAC addresses. The grammars are those of the docker CLI, so that both accept and send the same. */

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "text.h"
#include "util/macro.h"

/* Finds the longest run of two or more zero groups. *ret_n is 0 if there is none. */
static void longest_zero_run(const uint16_t *groups, size_t *ret_at, size_t *ret_n)
{
        *ret_at = *ret_n = 0;
        for (size_t i = 0; i < 8; i++) {
                size_t n = 0;

                while (i + n < 8 && groups[i + n] == 0)
                        n++;
                if (n >= 2 && n > *ret_n) {
                        *ret_at = i;
                        *ret_n = n;
                }
        }
}

/* The form of RFC 5952. inet_ntop(3) would write some addresses with an IPv4 address at the end. */
static void format_ip6(const uint8_t *bytes, char ret[static INET6_ADDRSTRLEN])
{
        uint16_t groups[8];
        size_t at, n;

        for (size_t i = 0; i < 8; i++)
                groups[i] = (uint16_t) (bytes[2 * i] << 8 | bytes[2 * i + 1]);
        longest_zero_run(groups, &at, &n);
        *ret = 0;
        for (size_t i = 0; i < 8; i++) {
                size_t used = strlen(ret);

                if (n > 0 && i == at) {
                        strcat(ret, "::");
                        i += n - 1;
                        continue;
                }
                (void) snprintf(ret + used, INET6_ADDRSTRLEN - used, "%s%x",
                                used > 0 && ret[used - 1] != ':' ? ":" : "", groups[i]);
        }
}

int parse_address(const char *s, char **ret)
{
        static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
        char text[INET6_ADDRSTRLEN];
        uint8_t bytes[16];

        if (strlen(s) >= sizeof(text))
                return -EINVAL;
        if (inet_pton(AF_INET, s, bytes) == 1)
                (void) inet_ntop(AF_INET, bytes, text, sizeof(text));
        else if (inet_pton(AF_INET6, s, bytes) != 1)
                return -EINVAL;
        else if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
                (void) inet_ntop(AF_INET, bytes + 12, text, sizeof(text));
        else
                format_ip6(bytes, text);
        *ret = strdup(text);
        return *ret ? 0 : -ENOMEM;
}

/* Whether s consists of n groups of hex digits, with one separator between them. */
static bool hex_groups(const char *s, size_t digits, char separator, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                for (size_t k = 0; k < digits; k++)
                        if (!isxdigit((unsigned char) *s++))
                                return false;
                if (*s++ != (i + 1 < n ? separator : 0))
                        return false;
        }
        return true;
}

/* 6, 8 or 20 bytes, written as 00:11:…, 00-11-… or 0011.2233.… */
bool mac_address_valid(const char *s)
{
        static const size_t sizes[] = { 6, 8, 20 };
        _cleanup_free_ char *bare = text_trim(s);

        for (size_t i = 0; bare && i < ELEMENTSOF(sizes); i++)
                if (hex_groups(bare, 2, ':', sizes[i]) || hex_groups(bare, 2, '-', sizes[i]) ||
                    hex_groups(bare, 4, '.', sizes[i] / 2))
                        return true;
        return false;
}
