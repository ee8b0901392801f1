/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Strings, vectors and UTF-8, and their conversion to JSON. */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "util/macro.h"

void strvec_done(StrVec *v)
{
        for (size_t i = 0; i < v->n; i++)
                free(v->items[i]);
        free(v->items);
        *v = (StrVec){};
}

int strvec_take(StrVec *v, char *s)
{
        if (!s)
                return -ENOMEM;
        if (v->n + 2 > v->allocated) {
                size_t allocated = v->allocated ? v->allocated * 2 : 8;
                char **items = realloc(v->items, allocated * sizeof(char *));

                if (!items) {
                        free(s);
                        return -ENOMEM;
                }
                v->items = items;
                v->allocated = allocated;
        }
        v->items[v->n++] = s;
        v->items[v->n] = NULL;
        return 0;
}

int strvec_add(StrVec *v, const char *s, size_t size)
{
        return strvec_take(v, strndup(s, size));
}

int strvec_split(StrVec *v, const char *s, char separator)
{
        for (;;) {
                const char *end = strchrnul(s, separator);
                int r = strvec_add(v, s, (size_t) (end - s));

                if (r < 0 || !*end)
                        return r;
                s = end + 1;
        }
}

size_t utf8_decode(const char *s, size_t size, uint32_t *ret_rune)
{
        const unsigned char *p = (const unsigned char *) s;
        static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
        uint32_t rune;
        size_t n;

        if (size == 0)
                return 0;
        n = p[0] < 0x80             ? 1
            : (p[0] & 0xe0) == 0xc0 ? 2
            : (p[0] & 0xf0) == 0xe0 ? 3
            : (p[0] & 0xf8) == 0xf0 ? 4
                                    : 0;
        if (n == 0 || n > size)
                return 0;
        rune = n == 1 ? p[0] : p[0] & (0x7fu >> n);
        for (size_t i = 1; i < n; i++) {
                if ((p[i] & 0xc0) != 0x80)
                        return 0;
                rune = rune << 6 | (p[i] & 0x3f);
        }
        if (rune < least[n] || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
                return 0;
        if (ret_rune)
                *ret_rune = rune;
        return n;
}

bool utf8_valid(const char *s, size_t size)
{
        for (size_t i = 0, n; i < size; i += n) {
                n = utf8_decode(s + i, size - i, NULL);
                if (n == 0)
                        return false;
        }
        return true;
}

size_t blank_length(const char *s, size_t size)
{
        uint32_t rune;
        size_t n = utf8_decode(s, size, &rune);

        if (n == 0)
                return 0;
        if ((rune >= 0x09 && rune <= 0x0d) || rune == ' ' || rune == 0x85 || rune == 0xa0 ||
            rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200a) || rune == 0x2028 || rune == 0x2029 ||
            rune == 0x202f || rune == 0x205f || rune == 0x3000)
                return n;
        return 0;
}

/* The part of s between the white space at both ends. */
static const char *trimmed(const char *s, size_t *ret_size)
{
        size_t size = strlen(s), n;

        while ((n = blank_length(s, size)) > 0) {
                s += n;
                size -= n;
        }
        for (;;) {
                for (n = MIN(size, (size_t) 3); n > 0; n--)
                        if (blank_length(s + size - n, n) == n)
                                break;
                if (n == 0)
                        break;
                size -= n;
        }
        *ret_size = size;
        return s;
}

char *text_trim(const char *s)
{
        size_t size;

        s = trimmed(s, &size);
        return strndup(s, size);
}

bool text_trimmable(const char *s)
{
        size_t size;

        (void) trimmed(s, &size);
        return size != strlen(s);
}

char *text_lower(const char *s)
{
        char *copy = strdup(s);

        for (char *c = copy; c && *c; c++)
                if (*c >= 'A' && *c <= 'Z')
                        *c += 'a' - 'A';
        return copy;
}

char *text_upper(const char *s)
{
        char *copy = strdup(s);

        for (char *c = copy; c && *c; c++)
                if (*c >= 'a' && *c <= 'z')
                        *c -= 'a' - 'A';
        return copy;
}

bool text_starts_with(const char *s, const char *prefix)
{
        return strncmp(s, prefix, strlen(prefix)) == 0;
}

char *text_cut(const char *s, char separator, const char **ret_rest)
{
        const char *end = strchrnul(s, separator);
        char *head = strndup(s, (size_t) (end - s));

        if (head)
                *ret_rest = *end ? end + 1 : NULL;
        return head;
}

/* The length of a cleaned path of n bytes without its last component and the separator before that. */
static size_t without_last(const char *path, size_t n, size_t least)
{
        while (n > least && path[n - 1] != '/')
                n--;
        return n > least ? n - 1 : least;
}

char *path_clean(const char *path)
{
        bool absolute = path[0] == '/';
        char *out = malloc(strlen(path) + 3);
        size_t n = 0, fixed; /* fixed: the part that a further ".." cannot remove */

        if (!out)
                return NULL;
        if (absolute)
                out[n++] = '/';
        fixed = n;
        while (*path) {
                size_t size = strcspn(path, "/");
                bool up = size == 2 && memcmp(path, "..", 2) == 0;

                if (up && n > fixed)
                        n = without_last(out, n, fixed);
                else if (size > 0 && !(size == 1 && *path == '.') && !(up && absolute)) {
                        if (n > 0 && out[n - 1] != '/')
                                out[n++] = '/';
                        memcpy(out + n, path, size);
                        n += size;
                        if (up)
                                fixed = n;
                }
                path += size + (path[size] == '/');
        }
        if (n == 0)
                out[n++] = '.';
        out[n] = 0;
        return out;
}

/* A copy of s in valid UTF-8, at most three times as long. */
static char *utf8_repair(const char *s, size_t size, size_t *ret_size)
{
        char *out = malloc(size * 3 + 1);
        size_t n = 0;

        if (!out)
                return NULL;
        for (size_t i = 0; i < size;) {
                size_t k = utf8_decode(s + i, size - i, NULL);

                if (k == 0) {
                        memcpy(out + n, "\xef\xbf\xbd", 3);
                        n += 3;
                        i++;
                        continue;
                }
                memcpy(out + n, s + i, k);
                n += k;
                i += k;
        }
        out[n] = 0;
        *ret_size = n;
        return out;
}

struct json_object *json_text_n(const char *s, size_t size)
{
        _cleanup_free_ char *repaired = NULL;

        if (!utf8_valid(s, size)) {
                s = repaired = utf8_repair(s, size, &size);
                if (!s)
                        return NULL;
        }
        return size > INT_MAX ? NULL : json_object_new_string_len(s, (int) size);
}

struct json_object *json_text(const char *s)
{
        return json_text_n(s, strlen(s));
}

int json_set_any(struct json_object *o, const char *key, struct json_object *value)
{
        _cleanup_free_ char *repaired = NULL;
        size_t size = strlen(key);

        if (!utf8_valid(key, size)) {
                key = repaired = utf8_repair(key, size, &size);
                if (!key) {
                        json_object_put(value);
                        return -ENOMEM;
                }
        }
        return json_set(o, key, value);
}

int json_set_text(struct json_object *o, const char *key, const char *value)
{
        return json_set_any(o, key, json_text(value));
}

int json_append_text(struct json_object *array, const char *value)
{
        return json_append(array, json_text(value));
}

struct json_object *json_text_array(const StrVec *v)
{
        _cleanup_json_ struct json_object *array = json_object_new_array();

        if (!array)
                return NULL;
        for (size_t i = 0; i < v->n; i++)
                if (json_append_text(array, v->items[i]) < 0)
                        return NULL;
        return TAKE_PTR(array);
}

/* Puts "KEY=VALUE" or "KEY" into an object. */
int json_put_key_value(struct json_object *o, const char *s)
{
        const char *rest = NULL;
        _cleanup_free_ char *key = text_cut(s, '=', &rest);

        if (!o || !key)
                return -ENOMEM;
        return json_set_text(o, key, rest ? rest : "");
}

int text_replace(char **target, const char *value)
{
        char *copy = strdup(value);

        if (!copy)
                return -ENOMEM;
        free(*target);
        *target = copy;
        return 0;
}

int text_compare(const void *a, const void *b)
{
        return strcmp(*(char *const *) a, *(char *const *) b);
}
