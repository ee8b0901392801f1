/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Finds the engine's words in the table of failure-table.c, and fills in the texts of its row.
 *
 * The pieces of a pattern are looked for one after the other, each at the first place after the one before.
 * If they are found anywhere in this order, they are found like this: there is nothing to try again, and the
 * time is that of one search, whatever the words are. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/failure-cause.h"
#include "util/cleanup.h"
#include "util/string-table.h"
#include "util/text.h"

#define STARS_MAX 3
/* In bytes: a name may be as long as the words, and the cause behind it is to be seen. */
#define STAR_SIZE_MAX 120
#define TEXT_SIZE_MAX 600

typedef struct Star {
        const char *text;
        size_t size;
} Star;

static const char failure_kind_table[_FAILURE_KIND_MAX][16] = {
        [FAILURE_UNKNOWN] = "unknown", [FAILURE_OPTION] = "option",     [FAILURE_COMMAND] = "command",
        [FAILURE_IMAGE] = "image",     [FAILURE_REGISTRY] = "registry", [FAILURE_NAME] = "name",
        [FAILURE_PORT] = "port",       [FAILURE_NETWORK] = "network",   [FAILURE_FILES] = "files",
        [FAILURE_ENGINE] = "engine",
};
DEFINE_STRING_TABLE(failure_kind, FailureKind)

void failure_cause_done(FailureCause *c)
{
        free(c->cause);
        free(c->cure);
        free(c->port);
        *c = FAILURE_CAUSE_NULL;
}

/* The first of the size bytes of piece in words; at_end: the last ones have to be it. */
static const char *find_piece(const char *words, const char *piece, size_t size, bool at_end)
{
        size_t n = strlen(words);

        if (at_end)
                return n >= size && memcmp(words + n - size, piece, size) == 0 ? words + n - size : NULL;
        return memmem(words, n, piece, size);
}

/* Whether the pattern fits; stars that it does not have are empty. */
static bool row_fits(const char *pattern, const char *words, Star stars[static STARS_MAX])
{
        bool at_begin = *pattern == '^';
        const char *at = words, *p = pattern + at_begin;
        int n = -1; /* the star before the piece */

        memset(stars, 0, STARS_MAX * sizeof(Star));
        for (;;) {
                size_t size = strcspn(p, "*"), length = size;
                bool last = !p[size], at_end = last && size > 0 && p[size - 1] == '$';
                const char *found;

                length -= at_end;
                found = n >= 0 && last && length == 0 ? at + strlen(at) : find_piece(at, p, length, at_end);
                if (!found || (n < 0 && at_begin && found != words))
                        return false;
                if (n >= 0 && n < STARS_MAX)
                        stars[n] = (Star){ at, (size_t) (found - at) };
                if (last)
                        return true;
                at = found + length;
                p += size + 1;
                n++;
        }
}

static int find_row(const char *words, Star stars[static STARS_MAX])
{
        for (size_t i = 0; i < failure_table_size; i++)
                if (row_fits(failure_table[i].words, words, stars))
                        return (int) i;
        return -ENOENT;
}

/* containerd ends errors without a code with this. Belongs to the caller. */
static char *without_code(const char *words)
{
        static const char code[] = ": unknown";
        size_t n = strlen(words);

        return strndup(words, text_ends_with(words, n, code) ? n - strlen(code) : n);
}

int failure_cause_row(const char *words)
{
        _cleanup_free_ char *bare = without_code(words);
        Star stars[STARS_MAX];

        return bare ? find_row(bare, stars) : -ENOMEM;
}

/* The host's part of "0.0.0.0:80", "[::]:80:172.17.0.2:80/tcp", ":::80": up to where its address goes. */
static size_t host_address_size(Star s)
{
        const char *colon;

        if (s.size > 0 && s.text[0] == '[') {
                colon = memchr(s.text, ']', s.size);
                return colon ? (size_t) (colon + 1 - s.text) : 0;
        }
        colon = s.size > 0 && s.text[0] == ':' ? memrchr(s.text, ':', s.size) : memchr(s.text, ':', s.size);
        return colon ? (size_t) (colon - s.text) : 0;
}

static Star host_address(Star s)
{
        size_t n = host_address_size(s);

        return n > 0 ? (Star){ s.text, n } : s;
}

static Star host_port(Star s)
{
        size_t n = host_address_size(s), digits = 0;

        if (n + 1 < s.size && s.text[n] == ':')
                s = (Star){ s.text + n + 1, s.size - n - 1 };
        while (digits < s.size && s.text[digits] >= '0' && s.text[digits] <= '9')
                digits++;
        return digits > 0 ? (Star){ s.text, digits } : s;
}

/* Where the name of an image ends: before the colon of its tag, or the "@" of its digest. */
static size_t image_name_size(Star s)
{
        const char *slash = memrchr(s.text, '/', s.size), *at = memchr(s.text, '@', s.size);
        const char *begin = slash ? slash : s.text;
        const char *colon = at ? at : memchr(begin, ':', s.size - (size_t) (begin - s.text));

        return colon ? (size_t) (colon - s.text) : s.size;
}

static Star image_name(Star s)
{
        return s.text ? (Star){ s.text, image_name_size(s) } : s;
}

static Star image_tag(Star s)
{
        size_t n = s.text ? image_name_size(s) : s.size;

        return n < s.size ? (Star){ s.text + n + 1, s.size - n - 1 } : (Star){ "latest", 6 };
}

/* The id of a container, as people see it elsewhere. */
static Star short_id(Star s)
{
        if (s.size != 64)
                return s;
        for (size_t i = 0; i < s.size; i++)
                if (!strchr("0123456789abcdef", s.text[i]) || !s.text[i])
                        return s;
        return (Star){ s.text, 12 };
}

static const struct {
        const char *name;
        Star (*part)(Star s);
} parts[] = {
        { "port", host_port },
        { "address", host_address },
        { "name", image_name },
        { "tag", image_tag },
};

/* The text for a place "1:port" of size bytes. */
static Star fill(const char *place, size_t size, const Star stars[static STARS_MAX], const char *image)
{
        Star s;

        if (*place < '1' || *place > '0' + STARS_MAX)
                return (Star){ image ? image : "of the container",
                               strlen(image ? image : "of the container") };
        s = short_id(stars[*place - '1']);
        for (size_t i = 0; i < ELEMENTSOF(parts); i++)
                if (size == strlen(parts[i].name) + 2 && strncmp(place + 2, parts[i].name, size - 2) == 0)
                        return parts[i].part(s);
        return s;
}

static char *make_text(const char *template, const Star stars[static STARS_MAX], const char *image)
{
        char text[TEXT_SIZE_MAX];
        size_t n = 0;

        for (const char *t = template; *t && n < sizeof(text) - STAR_SIZE_MAX - 8;) {
                size_t size = strcspn(t, "{");

                if (size > 0) {
                        size = MIN(size, sizeof(text) - STAR_SIZE_MAX - 8 - n);
                        memcpy(text + n, t, size);
                        n += size;
                        t += size;
                        continue;
                }
                size = strcspn(t, "}");
                Star s = fill(t + 1, size - 1, stars, image);
                bool cut = s.size > STAR_SIZE_MAX;

                size_t used = MIN(s.size, (size_t) STAR_SIZE_MAX);
                used -= cut ? utf8_incomplete_tail(s.text, used) : 0;
                if (used > 0)
                        memcpy(text + n, s.text, used);
                n += used;
                if (cut)
                        n += (size_t) sprintf(text + n, "…");
                t += size + 1;
        }
        return text_one_line(text, n, sizeof(text));
}

/* The number of the port, if it is one. 0 or -ENOMEM. */
static int find_port(const FailureRow *row, Star s, FailureCause *c)
{
        if (row->kind != FAILURE_PORT)
                return 0;
        s = host_port(s);
        for (size_t i = 0; i < s.size; i++)
                if (s.text[i] < '0' || s.text[i] > '9')
                        return 0;
        if (s.size == 0 || s.size > 5)
                return 0;
        c->port = strndup(s.text, s.size);
        return c->port ? 0 : -ENOMEM;
}

int failure_cause_find(const char *words, const char *image, FailureCause *ret)
{
        _cleanup_(failure_cause_done) FailureCause c = FAILURE_CAUSE_NULL;
        _cleanup_free_ char *bare = without_code(words);
        const FailureRow *row;
        Star stars[STARS_MAX];
        int i;

        if (!bare)
                return -ENOMEM;
        i = find_row(bare, stars);
        if (i < 0)
                return i;
        row = failure_table + i;
        c.kind = row->kind;
        c.cause = make_text(row->cause, stars, image);
        c.cure = make_text(row->cure, stars, image);
        if (!c.cause || !c.cure || find_port(row, stars[0], &c) < 0)
                return -ENOMEM;
        failure_cause_done(ret);
        *ret = c;
        c = FAILURE_CAUSE_NULL;
        return 0;
}
