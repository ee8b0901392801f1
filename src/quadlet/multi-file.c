/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Splitting a .quadlets file. */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "quadlet/multi-file.h"
#include "quadlet/unit-name.h"
#include "util/cleanup.h"
#include "util/macro.h"

typedef struct Line {
        const char *start;
        size_t size; /* without blanks at both ends */
} Line;

static bool next_line(const char **at, const char *end, Line *ret)
{
        const char *stop;

        if (*at >= end)
                return false;
        stop = memchr(*at, '\n', (size_t) (end - *at)) ?: end;
        *ret = (Line){ .start = *at, .size = (size_t) (stop - *at) };
        *at = stop < end ? stop + 1 : end;
        while (ret->size > 0 && strchr(" \t\r", ret->start[0]) && ret->start[0]) {
                ret->start++;
                ret->size--;
        }
        while (ret->size > 0 && ret->start[ret->size - 1] && strchr(" \t\r", ret->start[ret->size - 1]))
                ret->size--;
        return true;
}

static bool line_is(const Line *l, const char *text)
{
        return l->size == strlen(text) && memcmp(l->start, text, l->size) == 0;
}

/* What follows "# FileName=" in a comment; NULL: another line. */
static const char *file_name(const Line *l, size_t *ret_size)
{
        static const char key[] = "FileName=";
        const char *s = l->start, *end = l->start + l->size;

        if (l->size == 0 || (*s != '#' && *s != ';'))
                return NULL;
        for (s++; s < end && (*s == ' ' || *s == '\t'); s++)
                ;
        if ((size_t) (end - s) < sizeof(key) || memcmp(s, key, sizeof(key) - 1) != 0)
                return NULL;
        *ret_size = (size_t) (end - s) - (sizeof(key) - 1);
        return s + sizeof(key) - 1;
}

static int section_type(const Line *l)
{
        for (UnitType t = 0; t < _UNIT_TYPE_MAX; t++) {
                const char *section = unit_type_section(t);
                size_t n = strlen(section);

                if (l->size == n + 2 && l->start[0] == '[' && l->start[n + 1] == ']' &&
                    memcmp(l->start + 1, section, n) == 0)
                        return (int) t;
        }
        return -EINVAL;
}

/* The name with the suffix of its type, which the comment may have or not. */
static int make_name(MultiPart *p, const char *name, size_t size, int type)
{
        char *s;

        if (!name || size == 0 || memchr(name, '/', size) || memchr(name, 0, size) || name[0] == '.') {
                p->what = "this part has no line \"# FileName=NAME\"";
                return 0;
        }
        if (type < 0) {
                p->what = "this part has none of the sections that make a unit, like [Container]";
                return 0;
        }
        s = strndup(name, size);
        if (!s)
                return -ENOMEM;
        if (unit_type_from_name(s) != type) {
                char *longer;

                if (asprintf(&longer, "%s.%s", s, unit_type_to_string((UnitType) type)) < 0)
                        longer = NULL;
                free(s);
                s = longer;
        }
        p->name = s;
        return s ? 0 : -ENOMEM;
}

int multi_file_next(const char **at, const char *end, unsigned *line, MultiPart *ret)
{
        for (;;) {
                MultiPart p = { .text = *at, .first_line = *line };
                const char *name = NULL, *part_end = *at;
                size_t name_size = 0;
                int type = -EINVAL, r;
                bool empty = true;
                Line l;

                if (*at >= end)
                        return 0;
                while (next_line(at, end, &l)) {
                        (*line)++;
                        if (line_is(&l, "---"))
                                break;
                        part_end = *at;
                        if (!name)
                                name = file_name(&l, &name_size);
                        if (type < 0)
                                type = section_type(&l);
                        empty = empty && (l.size == 0 || ((*l.start == '#' || *l.start == ';') && !name));
                }
                if (empty)
                        continue;
                p.size = (size_t) (part_end - p.text);
                r = make_name(&p, name, name_size, type);
                if (r < 0)
                        return r;
                *ret = p;
                return 1;
        }
}
