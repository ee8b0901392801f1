/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* [a-zA-Z0-9][a-zA-Z0-9_.-]*, the rule of the engine, independent of the locale. Only this program limits
 * the length. */

#include <limits.h>
#include <string.h>

#include "codec/engine/container-name.h"

static bool is_one_of(char c, const char *letters)
{
        return c && strchr(letters, c);
}

bool container_name_is_valid(const char *s, size_t size)
{
        static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

        if (size == 0 || size > NAME_MAX || !is_one_of(*s, first))
                return false;
        for (size_t i = 1; i < size; i++)
                if (!is_one_of(s[i], first) && !is_one_of(s[i], "_.-"))
                        return false;
        return true;
}
