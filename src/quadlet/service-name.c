/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <string.h>

#include "service-name.h"

bool service_name_is_valid(const char *name)
{
        static const char allowed[] =
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
        size_t n = strlen(name);

        return n > 0 && n < 200 && *name != '.' && *name != '@' && strspn(name, allowed) == n &&
               !(n >= 8 && strcmp(name + n - 8, ".service") == 0);
}
