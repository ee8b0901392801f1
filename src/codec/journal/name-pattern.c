/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Translates Go's syntax (pkg.go.dev/regexp/syntax) to the extended syntax of POSIX (regex(7)), for bytes.
 *
 * Syntax that both have is copied. Groups that have a name or do not capture become ordinary ones. Lazy
 * repetition becomes greedy, which does not change whether something matches. Classes and their escapes (\d,
 * [\w.-]) become sets of bytes. Everything that POSIX does not have is refused: Unicode classes, flags
 * except a leading (?i), \Q…\E, and characters other than ASCII in a class.
 *
 * The engine has checked the expression before; otherwise it would not have started the container. But glibc
 * expands repetition, "(a{9}){9}" to 81 items and "(a+)+" to four. These items are therefore counted, and
 * their number is limited. */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "name-pattern.h"
#include "util/cleanup.h"
#include "util/macro.h"

/* Go's own limit for one repetition. */
#define REPEAT_MAX 1000U
#define ITEMS_MAX 4096U
#define DEPTH_MAX 16U
#define NAME_MAX_SIZE 4096U

typedef struct Translation {
        const char *in;
        FILE *out;
        unsigned depth;            /* depth of groups */
        unsigned items[DEPTH_MAX]; /* items of each open group, after the expansion */
        unsigned last; /* items of the last one of these, which can be repeated; 0: there is none */
} Translation;

static int add_items(Translation *t, unsigned n)
{
        t->items[t->depth] += n;
        t->last = n;
        return t->items[t->depth] > ITEMS_MAX ? -EINVAL : 0;
}

/* times: how often glibc expands the last item. */
static int repeat_last(Translation *t, unsigned times)
{
        unsigned n = t->last;
        int r;

        if (n == 0)
                return -EINVAL; /* there is nothing to repeat, or it is already repeated: Go also refuses
                                   that */
        r = add_items(t, n * (times - 1));
        t->last = 0;
        return r;
}

typedef struct ByteSet {
        bool has[256];
} ByteSet;

/* The bytes of \d, \w or \s. With an upper-case letter, all other bytes. */
static bool set_add_class(ByteSet *set, char letter)
{
        const char *members;

        switch (letter | 0x20) {
        case 'd':
                members = "0123456789";
                break;
        case 'w':
                members = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
                break;
        case 's':
                members = "\t\n\f\r ";
                break;
        default:
                return false;
        }
        for (int c = 1; c < 256; c++)
                if ((strchr(members, c) != NULL) == ((letter & 0x20) != 0))
                        set->has[c] = true;
        return true;
}

/* The byte that a character after a backslash stands for, if it is one byte. */
static int escaped_byte(char c)
{
        static const char letters[] = "tnrfva", bytes[] = "\t\n\r\f\v\a";
        const char *p = c ? strchr(letters, c) : NULL;

        if (p)
                return bytes[p - letters];
        return ispunct((unsigned char) c) ? c : -EINVAL;
}

/* A bracket expression, with special characters in places where they are not special. */
static int put_set(Translation *t, const ByteSet *set)
{
        unsigned n = 0;

        for (unsigned c = 1; c < 256; c++)
                n += set->has[c];
        if (n == 0)
                return -EINVAL;
        if (n == 1 && set->has['^']) {
                fputs("\\^", t->out);
                return 0;
        }
        fputc('[', t->out);
        if (set->has[']'])
                fputc(']', t->out);
        for (int c = 1; c < 256; c++)
                if (set->has[c] && !strchr("]^-", c))
                        fputc(c, t->out);
        /* "[^" would mean the opposite. n > 1, so that another byte comes before it. */
        if (set->has['^'] && set->has['-'] && n == 2)
                fputs("-^", t->out);
        else {
                if (set->has['^'])
                        fputc('^', t->out);
                if (set->has['-'])
                        fputc('-', t->out);
        }
        fputc(']', t->out);
        return 0;
}

/* "[:alpha:]" inside a class. */
static int take_named_class(Translation *t, ByteSet *set)
{
        static const struct {
                const char *name;
                int (*is)(int c);
        } classes[] = { { "alnum", isalnum }, { "alpha", isalpha },  { "digit", isdigit },
                        { "lower", islower }, { "upper", isupper },  { "punct", ispunct },
                        { "space", isspace }, { "xdigit", isxdigit } };

        for (size_t i = 0; i < ELEMENTSOF(classes); i++) {
                size_t n = strlen(classes[i].name);

                if (strncmp(t->in + 2, classes[i].name, n) != 0 || strncmp(t->in + 2 + n, ":]", 2) != 0)
                        continue;
                for (int c = 1; c < 128; c++)
                        if (classes[i].is(c))
                                set->has[c] = true;
                t->in += n + 4;
                return 0;
        }
        return -EINVAL;
}

/* One byte of a class. -EINVAL: not a single byte. */
static int take_member(Translation *t)
{
        int c = *t->in++;

        if (c == '\\')
                c = *t->in ? escaped_byte(*t->in++) : -EINVAL;
        return c > 0 ? c : -EINVAL; /* not ASCII, or the end */
}

static int take_range(Translation *t, ByteSet *set)
{
        int from = take_member(t), to = from;

        if (from < 0)
                return from;
        if (t->in[0] == '-' && t->in[1] && t->in[1] != ']') {
                t->in++;
                to = take_member(t);
        }
        if (to < from)
                return -EINVAL;
        for (int c = from; c <= to; c++)
                set->has[c] = true;
        return 0;
}

static int take_class(Translation *t)
{
        ByteSet set = {};
        bool negated = t->in[1] == '^', first = true;
        int r = 0;

        for (t->in += negated ? 2 : 1; first || *t->in != ']'; first = false) {
                if (t->in[0] == '[' && t->in[1] == ':')
                        r = take_named_class(t, &set);
                else if (t->in[0] == '\\' && set_add_class(&set, t->in[1]))
                        t->in += 2;
                else
                        r = take_range(t, &set);
                if (r < 0)
                        return r;
        }
        t->in++;
        for (int c = 1; c < 256 && negated; c++)
                set.has[c] = !set.has[c];
        return put_set(t, &set);
}

static int take_escape(Translation *t)
{
        ByteSet set = {};
        char c = t->in[1];
        int byte;

        if (!c)
                return -EINVAL;
        t->in += 2;
        if (set_add_class(&set, c))
                return put_set(t, &set);
        if (c == 'A' || c == 'z') {
                fputc(c == 'A' ? '^' : '$', t->out);
                return 0;
        }
        if (c == 'b' || c == 'B') {
                fprintf(t->out, "\\%c", c);
                return 0;
        }
        byte = escaped_byte(c);
        if (byte < 0)
                return byte;
        /* A backslash before another byte could be one of glibc's extensions. */
        fprintf(t->out, strchr("\\.[](){}*+?^$|", byte) ? "\\%c" : "%c", byte);
        return 0;
}

/* "(?:", "(?P<name>" and "(?<name>" become ordinary groups. */
static int take_group(Translation *t)
{
        const char *p = t->in + 1;

        if (*p == '?') {
                if (p[1] == ':')
                        p += 2;
                else {
                        p += strncmp(p, "?P<", 3) == 0 ? 3 : strncmp(p, "?<", 2) == 0 ? 2 : 0;
                        p = *p == '?' ? NULL : strchr(p, '>');
                        if (!p)
                                return -EINVAL;
                        p++;
                }
        }
        if (++t->depth == DEPTH_MAX)
                return -EINVAL;
        t->items[t->depth] = t->last = 0;
        t->in = p;
        fputc('(', t->out);
        return 0;
}

static int take_group_end(Translation *t)
{
        if (t->depth == 0)
                return -EINVAL;
        fputc(*t->in++, t->out);
        t->depth--;
        return add_items(t, MAX(t->items[t->depth + 1], 1u));
}

/* "{2,5}". Any other text that begins with "{" is literal. */
static int take_count(Translation *t)
{
        unsigned from, to;
        int n = 0;

        if (sscanf(t->in, "{%4u,%4u}%n", &from, &to, &n) < 2 || n == 0) {
                if ((sscanf(t->in, "{%4u}%n", &from, &n) < 1 || n == 0) &&
                    (sscanf(t->in, "{%4u,}%n", &from, &n) < 1 || n == 0)) {
                        fputs("\\{", t->out);
                        t->in++;
                        return add_items(t, 1);
                }
                to = from;
        }
        if (strcspn(t->in, " \t\n+-") < (size_t) n || from > to || to > REPEAT_MAX ||
            repeat_last(t, to + 1) < 0)
                return -EINVAL;
        fprintf(t->out, "%.*s", n, t->in);
        t->in += n;
        return 0;
}

static int take_item(Translation *t)
{
        int r = 0;

        if (*t->in == '\\')
                r = take_escape(t);
        else if (*t->in == '[')
                r = take_class(t);
        else
                fputc(*t->in++, t->out);
        return r < 0 ? r : add_items(t, 1);
}

static int take_one(Translation *t)
{
        int r = 0;

        switch (*t->in) {
        case '(':
                return take_group(t);
        case ')':
                return take_group_end(t);
        case '|':
                t->last = 0;
                fputc(*t->in++, t->out);
                return 0;
        case '{':
                r = take_count(t);
                break;
        case '*':
        case '+':
        case '?':
                r = repeat_last(t, *t->in == '+' ? 2 : 1);
                fputc(*t->in++, t->out);
                break;
        default:
                return take_item(t);
        }
        if (r >= 0 && *t->in == '?' && t->last == 0)
                t->in++; /* lazy */
        return r;
}

int name_pattern_compile(const char *go, regex_t *ret)
{
        _cleanup_free_ char *posix = NULL;
        Translation t = { .in = go };
        int flags = REG_EXTENDED | REG_NOSUB, r = 0;
        size_t size;

        assert(go);
        assert(ret);
        if (strlen(go) > NAME_PATTERN_MAX)
                return -EINVAL;
        if (strncmp(go, "(?i)", 4) == 0) {
                flags |= REG_ICASE;
                t.in += 4;
        }
        t.out = open_memstream(&posix, &size);
        if (!t.out)
                return -ENOMEM;
        while (r >= 0 && *t.in) /* after a failure it can be after the end */
                r = take_one(&t);
        if (fclose(t.out) != 0 && r >= 0)
                r = -ENOMEM;
        if (r < 0)
                return r;
        r = regcomp(ret, posix, flags);
        return r == 0 ? 0 : r == REG_ESPACE ? -ENOMEM : -EINVAL;
}

bool name_pattern_matches(const regex_t *pattern, const char *name)
{
        return strlen(name) <= NAME_MAX_SIZE && regexec(pattern, name, 0, NULL, 0) == 0;
}
