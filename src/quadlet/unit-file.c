/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The parser of unit files.
 *
 * A text is a series of logical lines. A line that ends with a backslash continues in the next line that is
 * neither empty nor a comment; the backslash and the blanks that the next line begins with go, and nothing
 * takes their place. What a person wants to know
 * of a mistake is the number of the line where it begins, so each line keeps that. */

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "quadlet/unit-file.h"
#include "quadlet/words.h"

static bool is_blank(char c)
{
        return c == ' ' || c == '\t' || c == '\r';
}

typedef struct Parser {
        UnitFile *u;
        Findings *findings;
        const char *at, *end, *file;
        char *out;           /* where the next logical line goes */
        const char *section; /* NULL: none yet */
        bool section_is_bad; /* its name was an error already */
        unsigned number;     /* of the next physical line */
        bool is_indented;    /* the last physical line was */
} Parser;

void unit_file_done(UnitFile *u)
{
        free(u->lines);
        words_done(&u->sections);
        words_done(&u->files);
        words_done(&u->texts);
        *u = (UnitFile){ .lines = NULL };
}

static size_t leading_blanks(const char *s, size_t size)
{
        size_t n = 0;

        while (n < size && is_blank(s[n]))
                n++;
        return n;
}

/* The next physical line without its end and without blanks at both sides; false: no more. */
static bool next_physical(Parser *p, const char **ret, size_t *ret_size)
{
        const char *end;
        size_t n;

        if (p->at >= p->end)
                return false;
        end = memchr(p->at, '\n', (size_t) (p->end - p->at)) ?: p->end;
        *ret = p->at;
        *ret_size = (size_t) (end - p->at);
        while (*ret_size > 0 && is_blank((*ret)[*ret_size - 1]))
                (*ret_size)--;
        n = leading_blanks(*ret, *ret_size);
        *ret += n;
        *ret_size -= n;
        p->is_indented = n > 0;
        p->at = end + 1;
        p->number++;
        return true;
}

static bool is_comment_or_empty(const char *s, size_t size)
{
        return size == 0 || *s == '#' || *s == ';';
}

static void put(Parser *p, const char *s, size_t n)
{
        memcpy(p->out, s, n);
        p->out += n;
}

/* The next physical line that is neither empty nor a comment. A comment has no continuation. */
static bool next_with_text(Parser *p, const char **ret, size_t *ret_size)
{
        do {
                if (!next_physical(p, ret, ret_size))
                        return false;
        } while (is_comment_or_empty(*ret, *ret_size));
        return true;
}

/* The text ends where it should continue. A value never ends with a backslash: in the service's unit it
 * would continue in the next line. */
static void drop_backslashes(Parser *p, const char *begin)
{
        while (p->out > begin && p->out[-1] == '\\')
                p->out--;
}

/* An indented line looks like another word. */
static void note_join(Parser *p, const char *begin, unsigned number)
{
        if (p->is_indented && p->out > begin && !is_blank(p->out[-1]))
                findings_add(
                        p->findings, FINDING_NOTE, p->file, number, "a blank before the \"\\\"",
                        "the next line continues the last word of this one: there is no blank before the "
                        "\"\\\"");
}

/* Joins a line and what continues it, without blanks on its left. There is room for it: a logical line and
 * its NUL are no longer than its physical lines and their ends. */
static bool next_logical(Parser *p, char **ret, size_t *ret_size, unsigned *ret_number)
{
        char *begin = p->out;
        const char *s;
        size_t size;

        if (!next_with_text(p, &s, &size))
                return false;
        *ret_number = p->number - 1;
        while (size > 0 && s[size - 1] == '\\') {
                put(p, s, size - 1);
                if (next_with_text(p, &s, &size)) {
                        note_join(p, begin, *ret_number);
                        continue;
                }
                drop_backslashes(p, begin);
                size = 0;
        }
        put(p, s, size);
        *ret = begin;
        *ret_size = (size_t) (p->out - begin);
        *p->out++ = 0;
        return true;
}

static const char *intern(Words *w, const char *s, size_t n)
{
        for (size_t i = 0; i < w->n; i++)
                if (strlen(w->items[i]) == n && memcmp(w->items[i], s, n) == 0)
                        return w->items[i];
        words_add_n(w, s, n);
        return w->failed ? NULL : w->items[w->n - 1];
}

static void bad_line(Parser *p, unsigned number, const char *cure, const char *what)
{
        findings_add(p->findings, FINDING_ERROR, p->file, number, cure, "%s", what);
}

static void take_section(Parser *p, const char *s, size_t n, unsigned number)
{
        p->section_is_bad = true;
        if (n < 3 || s[n - 1] != ']' || memchr(s + 1, '[', n - 1) || memchr(s, ']', n - 1)) {
                bad_line(p, number, "[Container]", "a section's name is not closed with \"]\"");
                return;
        }
        if (n - 2 > UNIT_FILE_NAME_MAX) {
                bad_line(p, number, NULL, "the section's name is too long");
                return;
        }
        p->section = intern(&p->u->sections, s + 1, n - 2);
        p->section_is_bad = !p->section;
        p->u->failed = p->u->failed || !p->section;
}

static void add_line(Parser *p, const char *key, const char *value, unsigned number)
{
        UnitFile *u = p->u;
        UnitLine *line;

        if (u->n >= u->allocated) {
                size_t bigger = MAX(u->allocated * 2, (size_t) 16);
                UnitLine *lines = realloc(u->lines, bigger * sizeof(UnitLine));

                if (!lines) {
                        u->failed = true;
                        return;
                }
                u->lines = lines;
                u->allocated = bigger;
        }
        line = u->lines + u->n++;
        *line = (UnitLine){
                .section = p->section,
                .file = p->file,
                .line = number,
                .key = key,
                .value = value,
        };
}

/* s ends with NUL. The key is cut off in place. */
static void take_assignment(Parser *p, char *s, size_t n, unsigned number)
{
        char *equal = memchr(s, '=', n), *value;
        size_t key_size;

        if (!equal || equal == s) {
                bad_line(p, number, NULL,
                         "neither KEY=VALUE nor a [section] nor a comment; does the line before end with "
                         "\"\\\"?");
                return;
        }
        if (!p->section) {
                if (!p->section_is_bad)
                        bad_line(p, number, NULL, "a value before the first [section]");
                return;
        }
        if (p->section_is_bad)
                return;
        key_size = (size_t) (equal - s);
        while (key_size > 0 && is_blank(s[key_size - 1]))
                key_size--;
        value = equal + 1;
        value += leading_blanks(value, (size_t) (s + n - value));
        for (size_t i = 0; i < key_size; i++)
                if ((unsigned char) s[i] <= ' ' || (unsigned char) s[i] >= 0x7f ||
                    key_size > UNIT_FILE_NAME_MAX) {
                        bad_line(p, number, NULL, "the name before \"=\" is not a key");
                        return;
                }
        s[key_size] = 0;
        add_line(p, s, value, number);
}

void unit_file_parse(UnitFile *u, const char *path, const char *text, size_t size, unsigned first_line,
                     Findings *findings)
{
        static const char mark[] = "\xef\xbb\xbf";
        Parser p = { .u = u, .findings = findings, .at = text, .end = text + size, .number = first_line };
        unsigned number;
        char *s;
        size_t n;

        p.file = intern(&u->files, path, strlen(path));
        if (!p.file) {
                u->failed = true;
                return;
        }
        if (size > UNIT_FILE_SIZE_MAX || memchr(text, 0, size)) {
                bad_line(&p, 0, NULL,
                         size > UNIT_FILE_SIZE_MAX ? "the file has more than 1 MiB"
                                                   : "the file has NUL bytes");
                return;
        }
        if (size >= 3 && memcmp(text, mark, 3) == 0)
                p.at += 3;
        p.out = malloc(size + 1);
        words_take(&u->texts, p.out);
        if (u->texts.failed) {
                u->failed = true;
                return;
        }
        while (next_logical(&p, &s, &n, &number)) {
                if (u->n >= UNIT_FILE_LINES_MAX) {
                        bad_line(&p, number, NULL, "the file has too many lines");
                        break;
                }
                if (*s == '[')
                        take_section(&p, s, n, number);
                else
                        take_assignment(&p, s, n, number);
        }
        u->failed = u->failed || u->sections.failed;
}

const UnitLine *unit_file_last(const UnitFile *u, const char *section, const char *key)
{
        for (size_t i = u->n; i-- > 0;)
                if (strcmp(u->lines[i].key, key) == 0 && strcmp(u->lines[i].section, section) == 0)
                        return u->lines + i;
        return NULL;
}

char *unit_file_string(const UnitFile *u, const char *section, const char *key)
{
        const UnitLine *line = unit_file_last(u, section, key);
        char *s;

        if (!line)
                return NULL;
        s = word_unquote_once(line->value);
        if (s && !*s) {
                free(s);
                return NULL;
        }
        return s;
}

bool unit_file_has_section(const UnitFile *u, const char *section)
{
        return words_contain(&u->sections, section);
}

int unit_file_boolean(const char *value)
{
        static const char *const words[2][4] = { { "0", "no", "false", "off" },
                                                 { "1", "yes", "true", "on" } };

        for (int truth = 0; truth < 2; truth++)
                for (size_t i = 0; i < 4; i++)
                        if (strcasecmp(value, words[truth][i]) == 0)
                                return truth;
        return -EINVAL;
}
