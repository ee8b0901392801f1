/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Names of images: [DOMAIN[:PORT]/]PATH[:TAG][@DIGEST], or an id. The grammar is that of the package
 * distribution/reference. Names are only checked here; they are sent as they were written. */

#include <ctype.h>
#include <string.h>

#include "reference.h"
#include "text.h"
#include "util/macro.h"

#define NAME_MAX_BYTES 255

static bool is_lower_hex(const char *s, size_t n)
{
        return strspn(s, "0123456789abcdef") == n;
}

static bool is_alnum(char c)
{
        return isascii(c) && isalnum((unsigned char) c);
}

static bool is_path_alnum(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* ALGORITHM:HEX with an algorithm that engines support. */
static bool is_digest(const char *s)
{
        static const struct {
                const char *prefix;
                size_t digits;
        } algorithms[] = { { "sha256:", 64 }, { "sha384:", 96 }, { "sha512:", 128 } };

        for (size_t i = 0; i < ELEMENTSOF(algorithms); i++) {
                const char *hex = s + strlen(algorithms[i].prefix);

                if (text_starts_with(s, algorithms[i].prefix))
                        return strlen(hex) == algorithms[i].digits &&
                               is_lower_hex(hex, algorithms[i].digits);
        }
        return false;
}

/* Labels of letters, digits and inner hyphens, separated by dots. */
static bool is_domain_name(const char *s, size_t size)
{
        size_t label = 0;

        for (size_t i = 0; i <= size; i++) {
                if (i < size && s[i] != '.') {
                        if (!is_alnum(s[i]) && s[i] != '-')
                                return false;
                        continue;
                }
                if (i == label || s[label] == '-' || s[i - 1] == '-')
                        return false;
                label = i + 1;
        }
        return true;
}

static bool is_domain(const char *s, size_t size)
{
        const char *colon;

        if (size > 2 && *s == '[') {
                const char *close = memchr(s, ']', size);
                size_t n = close ? (size_t) (close - s) : 0;

                if (n < 2 || strspn(s + 1, "0123456789abcdefABCDEF:") != n - 1)
                        return false;
                colon = n + 1 < size ? close + 1 : NULL;
                if (colon && *colon != ':')
                        return false;
        } else {
                colon = memchr(s, ':', size);
                if (!is_domain_name(s, colon ? (size_t) (colon - s) : size))
                        return false;
        }
        if (colon) {
                size_t digits = size - (size_t) (colon + 1 - s);

                return digits > 0 && strspn(colon + 1, "0123456789") >= digits;
        }
        return true;
}

/* Lower-case words, separated by ".", "_", "__" or hyphens. */
static bool is_path_component(const char *s, size_t size)
{
        size_t i = 0;

        for (;;) {
                size_t begin = i, separator;

                while (i < size && is_path_alnum(s[i]))
                        i++;
                if (i == begin)
                        return false;
                if (i == size)
                        return true;
                separator = i;
                if (s[i] == '-')
                        while (i < size && s[i] == '-')
                                i++;
                else if (s[i] == '.')
                        i++;
                else
                        while (i < size && s[i] == '_' && i - separator < 2)
                                i++;
                if (i == separator)
                        return false;
        }
}

static bool is_path(const char *s, size_t size)
{
        while (size > 0) {
                const char *slash = memchr(s, '/', size);
                size_t n = slash ? (size_t) (slash - s) : size;

                if (!is_path_component(s, n))
                        return false;
                if (!slash)
                        return true;
                s += n + 1;
                size -= n + 1;
        }
        return false;
}

static bool is_tag(const char *s, size_t size)
{
        if (size < 1 || size > 128 || *s == '.' || *s == '-')
                return false;
        for (size_t i = 0; i < size; i++)
                if (!is_alnum(s[i]) && !strchr("_.-", s[i]))
                        return false;
        return true;
}

/* The length of the domain before the first slash, or 0 if the name begins with its path. */
static size_t domain_length(const char *s)
{
        const char *slash = strchr(s, '/');
        size_t n = slash ? (size_t) (slash - s) : 0;
        bool marked = false;

        for (size_t i = 0; i < n; i++)
                marked = marked || s[i] == '.' || s[i] == ':' || (s[i] >= 'A' && s[i] <= 'Z');
        return marked || (n == strlen("localhost") && memcmp(s, "localhost", n) == 0) ? n : 0;
}

const char *image_reference_check(const char *s)
{
        static const char not_a_name[] = "not [REGISTRY/]NAME[:TAG][@DIGEST]";
        const char *path, *end, *tag, *at;
        size_t domain, size;

        if (!*s)
                return "the word for it is empty, as a variable that is not set leaves it";
        if (strlen(s) == 64 && is_lower_hex(s, 64))
                return NULL;
        if (is_digest(s))
                return NULL;
        domain = domain_length(s);
        /* Text that is not a domain may still be a part of the path, if it has no port. */
        if (domain > 0 && !is_domain(s, domain) && !is_path_component(s, domain))
                return not_a_name;
        path = domain > 0 ? s + domain + 1 : s;
        end = path + strcspn(path, ":@");
        size = (size_t) (end - path);
        for (const char *c = path; c < end; c++)
                if (*c >= 'A' && *c <= 'Z')
                        return "the repository's name must be lower case";
        if (!is_path(path, size))
                return not_a_name;
        if (size + (domain == 0 && !memchr(path, '/', size) ? strlen("library/") : 0) > NAME_MAX_BYTES)
                return "the repository's name is longer than 255 bytes";
        tag = *end == ':' ? end + 1 : NULL;
        at = strchr(end, '@');
        if (tag && !is_tag(tag, at ? (size_t) (at - tag) : strlen(tag)))
                return "invalid tag";
        if (at && !is_digest(at + 1))
                return "invalid digest";
        return NULL;
}
