/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Findings: bounded in number and length, because a hostile file can have a mistake in every line. */

#include <stdio.h>
#include <string.h>

#include "quadlet/finding.h"
#include "util/string-table.h"
#include "util/text.h"

#define TEXT_MAX ((size_t) 500)

static const char finding_level_table[_FINDING_LEVEL_MAX][8] = {
        [FINDING_NOTE] = "note",
        [FINDING_WARNING] = "warning",
        [FINDING_ERROR] = "error",
};

const char *finding_level_to_string(FindingLevel level)
{
        return (size_t) level < ELEMENTSOF(finding_level_table) ? finding_level_table[level] : NULL;
}

static void finding_clear(Finding *f)
{
        free(f->text);
        free(f->cure);
        *f = (Finding){ .text = NULL };
}

void findings_done(Findings *f)
{
        for (size_t i = 0; i < f->n; i++)
                finding_clear(f->items + i);
        free(f->items);
        *f = (Findings){ .items = NULL };
}

/* Where the next finding of this level goes; NULL: nowhere. */
static Finding *place_for(Findings *f, FindingLevel level)
{
        if (f->n == f->allocated && f->n < FINDINGS_MAX) {
                size_t bigger = MIN(MAX(f->allocated * 4, (size_t) 4), FINDINGS_MAX);
                Finding *items = reallocarray(f->items, bigger, sizeof(Finding));

                if (!items) {
                        f->failed = true;
                        return NULL;
                }
                f->items = items;
                f->allocated = bigger;
        }
        if (f->n < FINDINGS_MAX)
                return f->items + f->n++;
        f->dropped++;
        if (level < FINDING_ERROR)
                return NULL;
        for (size_t i = f->n; i-- > 0;)
                if (f->items[i].level < FINDING_ERROR) {
                        finding_clear(f->items + i);
                        return f->items + i;
                }
        return NULL;
}

void findings_add(Findings *f, FindingLevel level, const char *file, unsigned line, const char *cure,
                  const char *format, ...)
{
        Finding *place;
        va_list ap;

        f->count[level]++;
        place = place_for(f, level);
        if (!place)
                return;
        *place = (Finding){ .level = level, .file = file, .line = line };
        va_start(ap, format);
        place->text = text_one_line_v(TEXT_MAX, format, ap);
        va_end(ap);
        if (cure)
                place->cure = text_one_line(cure, strlen(cure), TEXT_MAX);
        if (!place->text || (cure && !place->cure))
                f->failed = true;
}

char *finding_to_string(const Finding *f)
{
        _cleanup_buffer_ Buffer b = {};

        if (f->file) {
                _cleanup_free_ char *file = text_one_line(f->file, strlen(f->file), TEXT_MAX);

                buffer_add(&b, file ?: "?");
                if (f->line > 0)
                        buffer_addf(&b, ":%u", f->line);
                buffer_add(&b, ": ");
        }
        buffer_add(&b, f->text ?: "out of memory");
        if (f->cure)
                buffer_addf(&b, "; write: %s", f->cure);
        return buffer_take(&b);
}
