/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* One pass over the text checks its syntax (RFC 8259, but strings may contain any bytes above 0x7f). It also
 * notes the places on the path: the members that the path names, and the objects in which a missing member
 * could be added. The changes then copy the text and replace, add or leave out only these places. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/macro.h"
#include "json/json-edit.h"

#define DEPTH_MAX 512
#define MEMBERS_MAX 64

typedef struct Member {
        const char *begin;       /* the quote before its name */
        const char *value, *end; /* its value */
        const char *comma;       /* before it; NULL: it is the first member */
        const char *next;        /* the member after it; NULL: it is the last one */
} Member;

typedef struct Scan {
        const char *at, *end;
        const char *const *path;
        size_t path_size;
        Member members[MEMBERS_MAX]; /* those that the path names */
        size_t n_members;
        /* For each step of the path: the place after the opening brace of the object; NULL: no such object.
         */
        const char *open[JSON_EDIT_PATH_MAX];
        bool too_many; /* members at the path */
        bool escaped;  /* a name with an escape may be a name of the path */
} Scan;

static bool scan_value(Scan *s, size_t step, unsigned depth);

static void skip_blanks(Scan *s)
{
        while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
                s->at++;
}

static bool take(Scan *s, char c)
{
        if (s->at == s->end || *s->at != c)
                return false;
        s->at++;
        return true;
}

static bool scan_escape(Scan *s)
{
        if (s->at == s->end || !strchr("\"\\/bfnrtu", *s->at) || !*s->at)
                return false;
        if (*s->at++ != 'u')
                return true;
        for (int i = 0; i < 4; i++, s->at++)
                if (s->at == s->end || !memchr("0123456789abcdefABCDEF", *s->at, 22))
                        return false;
        return true;
}

static bool scan_string(Scan *s)
{
        if (!take(s, '"'))
                return false;
        while (s->at < s->end) {
                unsigned char c = (unsigned char) *s->at++;

                if (c == '"')
                        return true;
                if (c < ' ' || (c == '\\' && !scan_escape(s)))
                        return false;
        }
        return false;
}

static bool scan_digits(Scan *s)
{
        const char *begin = s->at;

        while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
                s->at++;
        return s->at > begin;
}

static bool scan_number(Scan *s)
{
        (void) take(s, '-');
        if (!take(s, '0') && !scan_digits(s))
                return false;
        if (take(s, '.') && !scan_digits(s))
                return false;
        if (!take(s, 'e') && !take(s, 'E'))
                return true;
        if (!take(s, '+'))
                (void) take(s, '-');
        return scan_digits(s);
}

static bool scan_word(Scan *s, const char *word)
{
        size_t n = strlen(word);

        if ((size_t) (s->end - s->at) < n || memcmp(s->at, word, n) != 0)
                return false;
        s->at += n;
        return true;
}

/* The step of the path that a member of this name is at, if its object is at the given step. 0: it is not on
 * the path. The outermost object is at step 1. */
static size_t step_into(Scan *s, size_t step, const char *name, size_t size)
{
        if (step == 0 || step > s->path_size)
                return 0;
        if (memchr(name, '\\', size))
                s->escaped = true;
        if (strlen(s->path[step - 1]) != size || memcmp(s->path[step - 1], name, size) != 0)
                return 0;
        return step + 1;
}

static void note_member(Scan *s, const Member *m)
{
        if (s->n_members < MEMBERS_MAX)
                s->members[s->n_members++] = *m;
        else
                s->too_many = true;
}

/* A name, a colon and a value, with the white space around them. *ret_is_meant: the path names this member.
 */
static bool scan_member(Scan *s, size_t step, unsigned depth, Member *m, bool *ret_is_meant)
{
        size_t into;

        m->begin = s->at;
        if (!scan_string(s))
                return false;
        into = step_into(s, step, m->begin + 1, (size_t) (s->at - m->begin) - 2);
        *ret_is_meant = into > s->path_size;
        skip_blanks(s);
        if (!take(s, ':'))
                return false;
        skip_blanks(s);
        m->value = s->at;
        if (!scan_value(s, *ret_is_meant ? 0 : into, depth))
                return false;
        m->end = s->at;
        skip_blanks(s);
        return true;
}

static bool scan_object(Scan *s, size_t step, unsigned depth)
{
        const char *comma = NULL;

        if (step > 0)
                s->open[step - 1] = s->at;
        skip_blanks(s);
        if (take(s, '}'))
                return true;
        for (;;) {
                Member m = { .comma = comma };
                bool is_meant;

                if (!scan_member(s, step, depth, &m, &is_meant))
                        return false;
                comma = s->at;
                if (!take(s, ',')) {
                        if (is_meant)
                                note_member(s, &m);
                        return take(s, '}');
                }
                skip_blanks(s);
                m.next = s->at;
                if (is_meant)
                        note_member(s, &m);
        }
}

static bool scan_array(Scan *s, unsigned depth)
{
        skip_blanks(s);
        if (take(s, ']'))
                return true;
        do {
                skip_blanks(s);
                if (!scan_value(s, 0, depth))
                        return false;
                skip_blanks(s);
        } while (take(s, ','));
        return take(s, ']');
}

static bool scan_value(Scan *s, size_t step, unsigned depth)
{
        if (depth == DEPTH_MAX || s->at == s->end)
                return false;
        switch (*s->at) {
        case '{':
                s->at++;
                return scan_object(s, step, depth + 1);
        case '[':
                s->at++;
                return scan_array(s, depth + 1);
        case '"':
                return scan_string(s);
        case 't':
                return scan_word(s, "true");
        case 'f':
                return scan_word(s, "false");
        case 'n':
                return scan_word(s, "null");
        default:
                return scan_number(s);
        }
}

static int scan(Scan *s, const char *text, size_t size, const char *const *path)
{
        *s = (Scan){ .at = text, .end = text + size, .path = path };
        while (path[s->path_size])
                s->path_size++;
        assert(s->path_size > 0 && s->path_size <= JSON_EDIT_PATH_MAX);
        skip_blanks(s);
        if (s->at == s->end || *s->at != '{' || !scan_value(s, 1, 0))
                return -EBADMSG;
        skip_blanks(s);
        return s->at == s->end && !s->too_many && !s->escaped ? 0 : -EBADMSG;
}

int json_edit_has(const char *text, size_t size, const char *const *path)
{
        Scan s;
        int r = scan(&s, text, size, path);

        return r < 0 ? r : s.n_members > 0;
}

int json_edit_get(const char *text, size_t size, const char *const *path, char **ret)
{
        Scan s;
        char *value;
        int r = scan(&s, text, size, path);

        if (r < 0)
                return r;
        if (s.n_members != 1)
                return s.n_members == 0 ? -ENOENT : -EBADMSG;
        value = strndup(s.members[0].value, (size_t) (s.members[0].end - s.members[0].value));
        if (!value)
                return -ENOMEM;
        *ret = value;
        return 0;
}

typedef struct Output {
        char *data;
        size_t size, allocated;
        bool failed;
} Output;

static void put(Output *o, const char *data, size_t size)
{
        if (o->failed)
                return;
        if (size >= o->allocated - o->size) {
                size_t wanted = MAX(o->allocated * 2, o->size + size + 1);
                char *bigger = realloc(o->data, wanted);

                if (!bigger) {
                        o->failed = true;
                        return;
                }
                o->data = bigger;
                o->allocated = wanted;
        }
        memcpy(o->data + o->size, data, size);
        o->size += size;
        o->data[o->size] = 0;
}

static void put_text(Output *o, const char *s)
{
        put(o, s, strlen(s));
}

static int output_end(Output *o, char **ret_text, size_t *ret_size)
{
        if (o->failed) {
                free(o->data);
                return -ENOMEM;
        }
        *ret_text = o->data;
        *ret_size = o->size;
        return 0;
}

/* Adds the member as the first one of the object, beginning with the step that is missing. The white space
 * between the brace and the former first member is written before both of them. */
static void put_member(Output *o, const Scan *s, size_t step, const char *value)
{
        const char *open = s->open[step - 1], *first = open;

        while (first < s->end && strchr(" \t\r\n", *first) && *first)
                first++;
        if (*first != '}')
                put(o, open, (size_t) (first - open));
        for (size_t i = step; i <= s->path_size; i++) {
                _cleanup_free_ char *name = json_edit_quote(s->path[i - 1]);

                if (!name) {
                        o->failed = true;
                        return;
                }
                put_text(o, name);
                put_text(o, i < s->path_size ? ": {" : ": ");
        }
        put_text(o, value);
        for (size_t i = step; i < s->path_size; i++)
                put_text(o, "}");
        if (*first != '}')
                put_text(o, ",");
}

int json_edit_set(const char *text, size_t size, const char *const *path, const char *value,
                  bool make_parents, char **ret_text, size_t *ret_size)
{
        Output o = {};
        const char *from = text;
        Scan s;
        size_t step;
        int r = scan(&s, text, size, path);

        if (r < 0)
                return r;
        for (size_t i = 0; i < s.n_members; i++) {
                put(&o, from, (size_t) (s.members[i].value - from));
                put_text(&o, value);
                from = s.members[i].end;
        }
        if (s.n_members == 0) {
                for (step = s.path_size; !s.open[step - 1];)
                        step--;
                if (step < s.path_size && !make_parents)
                        return -ENOENT;
                put(&o, from, (size_t) (s.open[step - 1] - from));
                put_member(&o, &s, step, value);
                from = s.open[step - 1];
        }
        put(&o, from, (size_t) (s.end - from));
        return output_end(&o, ret_text, ret_size);
}

int json_edit_delete(const char *text, size_t size, const char *const *path, char **ret_text,
                     size_t *ret_size)
{
        Output o = {};
        const char *begin, *end;
        Scan s;
        int r = scan(&s, text, size, path);

        if (r < 0)
                return r;
        if (s.n_members != 1)
                return s.n_members == 0 ? -ENOENT : -EBADMSG;
        begin = s.members[0].comma && !s.members[0].next ? s.members[0].comma : s.members[0].begin;
        end = s.members[0].next ?: s.members[0].end;
        put(&o, text, (size_t) (begin - text));
        put(&o, end, (size_t) (s.end - end));
        return output_end(&o, ret_text, ret_size);
}

char *json_edit_quote(const char *s)
{
        static const char digits[] = "0123456789abcdef";
        Output o = {};
        size_t size;
        char *text;

        put_text(&o, "\"");
        for (; *s; s++) {
                unsigned char c = (unsigned char) *s;
                const char escape[] = { '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] };

                if (c < ' ')
                        put(&o, escape, sizeof(escape));
                else {
                        if (c == '"' || c == '\\')
                                put_text(&o, "\\");
                        put(&o, s, 1);
                }
        }
        put_text(&o, "\"");
        return output_end(&o, &text, &size) < 0 ? NULL : text;
}
