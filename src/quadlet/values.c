/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The seven ways to read a value. See KeyReading. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "quadlet/words.h"
#include "values.h"

void key_values_done(KeyValues *v)
{
        for (size_t i = 0; i < v->n; i++)
                free(v->items[i].text);
        free(v->items);
        *v = (KeyValues){ .items = NULL };
}

static void forget(KeyValues *v)
{
        for (size_t i = 0; i < v->n; i++)
                free(v->items[i].text);
        v->n = 0;
}

static void append(KeyValues *v, char *text, const UnitLine *line)
{
        if (!text || v->n >= WORDS_MAX) {
                v->failed = true;
                free(text);
                return;
        }
        if (v->n >= v->allocated) {
                size_t bigger = MAX(v->allocated * 2, (size_t) 4);
                KeyValue *items = realloc(v->items, bigger * sizeof(KeyValue));

                if (!items) {
                        v->failed = true;
                        free(text);
                        return;
                }
                v->items = items;
                v->allocated = bigger;
        }
        v->items[v->n++] = (KeyValue){ .text = text, .line = line };
}

void key_values_add(KeyValues *v, const char *text, const UnitLine *line, bool single)
{
        if (single)
                forget(v);
        append(v, strdup(text), line);
        v->last = line;
}

/* Takes text over. */
static void append_parts(KeyValues *v, char *text, const UnitLine *line, bool commas)
{
        _cleanup_free_ char *all = text;

        if (!text || !commas || !strchr(text, ',')) {
                append(v, TAKE_PTR(all), line);
                return;
        }
        for (const char *s = text; *(s += strspn(s, ",")); s += strcspn(s, ","))
                append(v, strndup(s, strcspn(s, ",")), line);
}

/* A value of which nothing is unquoted. Quotes around all of it are podman's mistake as well. */
static void read_line(KeyValues *v, const UnitLine *line, bool commas, Findings *findings)
{
        _cleanup_free_ char *cure = NULL;
        size_t n = strlen(line->value);

        if (n < 2 || line->value[0] != '"' || line->value[n - 1] != '"') {
                append_parts(v, strdup(line->value), line, commas);
                return;
        }
        if (asprintf(&cure, "%s=%.*s", line->key, (int) n - 2, line->value + 1) < 0)
                cure = NULL;
        findings_add(findings, FINDING_ERROR, line->file, line->line, cure,
                     "%s=%s: the quotes are part of the value here", line->key, line->value);
}

static void read_words(KeyValues *v, const UnitLine *line, SplitMode mode, bool commas, Findings *findings)
{
        _cleanup_words_ Words words = {};
        SplitResult r = words_split(line->value, mode, &words);

        if (r == SPLIT_BAD_ESCAPE) {
                findings_add(findings, FINDING_WARNING, line->file, line->line, NULL,
                             "%s=: the line is ignored, because systemd does not know one of its escapes; a "
                             "backslash "
                             "is written \"\\\\\"",
                             line->key);
                return;
        }
        if (r == SPLIT_OPEN_QUOTE)
                findings_add(findings, FINDING_WARNING, line->file, line->line, NULL,
                             "%s=: a quote is not closed, the rest of the line counts as quoted", line->key);
        v->failed = v->failed || words.failed;
        for (size_t i = 0; i < words.n; i++)
                append_parts(v, TAKE_PTR(words.items[i]), line, commas);
        words.n = 0;
}

static size_t name_size(const char *pair)
{
        return strcspn(pair, "=");
}

static int compare_pairs(const void *a, const void *b)
{
        const KeyValue *x = a, *y = b;
        size_t n = name_size(x->text), m = name_size(y->text);

        return memcmp(x->text, y->text, MIN(n, m)) ?: n < m ? -1 : n > m;
}

/* Of each name the last one stays, then all are sorted by name. The sort has to be stable for that:
 * insertion. */
static void settle_pairs(KeyValues *v)
{
        size_t kept = 0;

        for (size_t i = 0; i < v->n; i++) {
                KeyValue value = v->items[i];
                size_t at = kept;

                while (at > 0 && compare_pairs(&value, v->items + at - 1) < 0)
                        at--;
                if (at > 0 && compare_pairs(&value, v->items + at - 1) == 0) {
                        free(v->items[at - 1].text);
                        v->items[at - 1] = value;
                        continue;
                }
                memmove(v->items + at + 1, v->items + at, (kept - at) * sizeof(KeyValue));
                v->items[at] = value;
                kept++;
        }
        v->n = kept;
}

static void read_boolean(KeyValues *v, const UnitLine *line, const char *text, Findings *findings)
{
        int truth = unit_file_boolean(text);

        if (truth < 0)
                findings_add(findings, FINDING_ERROR, line->file, line->line, "yes or no",
                             "%s=%s: neither yes nor no", line->key, text);
        else
                append(v, strdup(truth ? "1" : "0"), line);
}

static void read_single(KeyValues *v, KeyReading reading, Findings *findings)
{
        _cleanup_free_ char *text = NULL;

        if (!v->last)
                return;
        if (reading == READ_COMMAND) {
                read_words(v, v->last, SPLIT_UNESCAPE, false, findings);
                return;
        }
        text = word_unquote_once(v->last->value);
        if (!text)
                v->failed = true;
        else if (*text && reading == READ_BOOLEAN)
                read_boolean(v, v->last, text, findings);
        else if (*text)
                append(v, TAKE_PTR(text), v->last);
}

void key_values_read(const UnitFile *file, const char *section, const QuadletKey *key, KeyValues *ret,
                     Findings *findings)
{
        KeyValues v = {};
        bool single =
                key->reading == READ_STRING || key->reading == READ_BOOLEAN || key->reading == READ_COMMAND;

        for (size_t i = 0; i < file->n; i++) {
                const UnitLine *line = file->lines + i;

                if (strcmp(line->key, key->name) != 0 || strcmp(line->section, section) != 0)
                        continue;
                v.last = line;
                if (single)
                        continue;
                if (!*line->value)
                        forget(&v);
                else if (key->reading == READ_LINES)
                        read_line(&v, line, key->commas, findings);
                else
                        read_words(&v, line,
                                   key->reading == READ_WORDS ? SPLIT_KEEP_ESCAPES : SPLIT_UNESCAPE,
                                   key->commas, findings);
        }
        if (single)
                read_single(&v, key->reading, findings);
        if (key->reading == READ_PAIRS)
                settle_pairs(&v);
        *ret = v;
}
