/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Formatting for the op say() of the parts of this folder. */

#include <stdarg.h>
#include <stdio.h>

#include "util/macro.h"

/* A new string. NULL: out of memory. */
static inline _printf_(1, 2) char *say_format(const char *format, ...)
{
        va_list ap;
        char *text;
        int r;

        va_start(ap, format);
        r = vasprintf(&text, format, ap);
        va_end(ap);
        return r < 0 ? NULL : text;
}
