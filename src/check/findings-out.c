/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Lines in the form that compilers use, so that editors find the place. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "findings-out.h"
#include "util/text.h"

#define TEXT_MAX ((size_t) 4096)

typedef struct Item {
        FindingLevel level;
        const char *file; /* NULL: part of text */
        unsigned line;
        const char *text, *cure, *unit, *service;
} Item;

static int to_json(struct json_object *list, const Item *i)
{
        struct json_object *o = json_object_new_object();
        int r = json_append(list, o);

        if (r >= 0)
                r = json_set_string(o, "level", finding_level_to_string(i->level));
        if (r >= 0 && i->file)
                r = json_set_string(o, "file", i->file);
        if (r >= 0 && i->line > 0)
                r = json_set_int(o, "line", i->line);
        if (r >= 0 && i->text)
                r = json_set_string(o, "message", i->text);
        if (r >= 0 && i->cure)
                r = json_set_string(o, "write", i->cure);
        if (r >= 0 && i->unit)
                r = json_set_string(o, "unit", i->unit);
        if (r >= 0 && i->service)
                r = json_set_string(o, "service", i->service);
        return r;
}

static void print(const Item *i)
{
        if (i->file)
                printf("%s:", i->file);
        if (i->file && i->line > 0)
                printf("%u:", i->line);
        printf("%s%s: %s", i->file ? " " : "", finding_level_to_string(i->level), i->text);
        if (i->cure)
                printf("; write: %s", i->cure);
        putchar('\n');
}

static void add(FindingsOut *o, const Item *item)
{
        _cleanup_free_ char *file =
                item->file ? text_one_line(item->file, strlen(item->file), TEXT_MAX) : NULL;
        Item i = *item;

        i.file = file;
        i.text = i.text ?: "out of memory";
        o->failed = o->failed || (item->file && !file);
        o->count[i.level]++;
        if (!o->json) {
                print(&i);
                return;
        }
        if (!o->list)
                o->list = json_object_new_array();
        if (!o->list || to_json(o->list, &i) < 0)
                o->failed = true;
}

/* By file and line; those of one line as they were found. */
static int compare_findings(const void *a, const void *b)
{
        const Finding *x = *(const Finding *const *) a, *y = *(const Finding *const *) b;

        int r = strcmp(x->file ?: "", y->file ?: "");

        if (r == 0)
                r = (x->line > y->line) - (x->line < y->line);
        return r != 0 ? r : (x > y) - (x < y);
}

void findings_out_add(FindingsOut *o, const QuadletUnit *u)
{
        const Finding *sorted[FINDINGS_MAX];
        const Findings *f = &u->findings;

        o->files++;
        for (size_t i = 0; i < f->n; i++)
                sorted[i] = f->items + i;
        if (f->n > 0)
                qsort(sorted, f->n, sizeof(sorted[0]), compare_findings);
        for (size_t i = 0; i < f->n; i++)
                add(o, &(Item){ .level = sorted[i]->level,
                                .file = sorted[i]->file ?: u->path,
                                .line = sorted[i]->line,
                                .text = sorted[i]->text,
                                .cure = sorted[i]->cure,
                                .unit = u->name,
                                .service = u->service });
}

void findings_out_add_text(FindingsOut *o, int level, const char *text)
{
        add(o, &(Item){ .level = level <= LOG_ERR ? FINDING_ERROR : FINDING_WARNING, .text = text });
}

void findings_out_add_error(FindingsOut *o, const char *name, const char *text)
{
        add(o, &(Item){ .level = FINDING_ERROR, .file = name, .text = text });
}

int findings_out_finish(FindingsOut *o)
{
        _cleanup_free_ char *text = NULL;

        if (o->json && o->list)
                text = json_to_text(o->list, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
        if (o->failed || (o->json && o->list && !text))
                return -ENOMEM;
        if (o->json)
                puts(text ?: "[]");
        else
                printf("%zu unit file%s, %zu error%s, %zu warning%s\n", o->files, o->files == 1 ? "" : "s",
                       o->count[FINDING_ERROR], o->count[FINDING_ERROR] == 1 ? "" : "s",
                       o->count[FINDING_WARNING], o->count[FINDING_WARNING] == 1 ? "" : "s");
        return fflush(stdout) == 0 ? 0 : -EIO;
}

void findings_out_done(FindingsOut *o)
{
        json_object_put(o->list);
}
