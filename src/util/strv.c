/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Vectors of strings. There is no field for the allocated size: a vector of n strings has room for the next
 * power of two. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/strv.h"

char **strv_free(char **v)
{
        for (char **s = v; s && *s; s++)
                free(*s);
        free(v);
        return NULL;
}

size_t strv_length(char *const *v)
{
        size_t n = 0;

        while (v && v[n])
                n++;
        return n;
}

bool strv_contains(char *const *v, const char *s)
{
        STRV_FOREACH(i, v)
                if (strcmp(*i, s) == 0)
                        return true;
        return false;
}

int strv_consume(char ***v, char *s)
{
        size_t n = strv_length(*v);
        char **grown;

        if (!s)
                return -ENOMEM;
        /* Grows at powers of two only, so that ten thousand arguments need few allocations. */
        if (n == 0 || (n & (n + 1)) == 0) {
                grown = realloc(*v, (n + 1) * 2 * sizeof(char *));
                if (!grown) {
                        free(s);
                        return -ENOMEM;
                }
                *v = grown;
        }
        (*v)[n] = s;
        (*v)[n + 1] = NULL;
        return 0;
}

int strv_extend(char ***v, const char *s)
{
        return strv_consume(v, strdup(s));
}

int strv_extendf(char ***v, const char *format, ...)
{
        va_list ap;
        char *s;
        int r;

        va_start(ap, format);
        r = vasprintf(&s, format, ap);
        va_end(ap);
        return r < 0 ? -ENOMEM : strv_consume(v, s);
}
