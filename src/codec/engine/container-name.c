/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* [a-zA-Z0-9][a-zA-Z0-9_.-]*, the rule of the engine, independent of the locale. Only this program limits
 * the length. */

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/container-name.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"

#define SUFFIX ".service"
/* What is put before a name that does not begin as the engine wants it, or has one letter only. */
#define PREFIX "unit"
/* A longer one is cut, and has a hash of the whole at its end. */
#define CUT_AT ((size_t) 200)

static bool is_one_of(char c, const char *letters)
{
        return c && strchr(letters, c);
}

static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool container_name_is_valid(const char *s, size_t size)
{
        if (size == 0 || size > NAME_MAX || !is_one_of(*s, first))
                return false;
        for (size_t i = 1; i < size; i++)
                if (!is_one_of(s[i], first) && !is_one_of(s[i], "_.-"))
                        return false;
        return true;
}

char container_name_wrong_letter(const char *s)
{
        s += *s == '/';
        for (; *s; s++)
                if (!is_one_of(*s, first) && !is_one_of(*s, "_.-"))
                        return *s;
        return 0;
}

/* "web@a" -> "web-a"; a letter that the engine does not allow -> "_xHH", as systemd's "\xHH". */
static size_t translate(const char *unit, size_t size, char *ret)
{
        size_t n = 0;

        for (size_t i = 0; i < size; i++) {
                char c = unit[i];

                if (c == '@')
                        ret[n++] = '-';
                else if (c == '\\')
                        ret[n++] = '_';
                else if (is_one_of(c, first) || is_one_of(c, "_.-"))
                        ret[n++] = c;
                else
                        n += (size_t) sprintf(ret + n, "_x%02x", (unsigned char) c);
        }
        ret[n] = 0;
        return n;
}

int container_name_of_unit(const char *unit, char **ret)
{
        size_t size = strlen(unit), n;
        _cleanup_free_ char *text = NULL;
        const char *before = "";
        char *name;
        int r;

        if (!text_ends_with(unit, size, SUFFIX) || size == strlen(SUFFIX))
                return -EINVAL;
        size -= strlen(SUFFIX);
        text = malloc(4 * size + 1);
        if (!text)
                return -ENOMEM;
        n = translate(unit, size, text);
        if (n == 1)
                before = PREFIX "-";
        else if (!is_one_of(*text, first))
                before = PREFIX;
        if (n <= CUT_AT)
                r = asprintf(&name, "%s%s", before, text);
        else
                r = asprintf(&name, "%s%.*s-%016" PRIx64, before, (int) CUT_AT, text,
                             text_hash(TEXT_HASH_INIT, unit, size));
        if (r < 0)
                return -ENOMEM;
        *ret = name;
        return 0;
}
