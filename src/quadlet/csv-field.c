/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The comma-separated values of --mount and Mount=. */

#include <string.h>

#include "csv-field.h"

void add_csv_field(Buffer *b, const char *name, const char *value)
{
        if (!strpbrk(value, ",\"\n")) {
                buffer_addf(b, ",%s=%s", name, value);
                return;
        }
        buffer_addf(b, ",\"%s=", name);
        for (; *value; value++) {
                buffer_add_char(b, *value);
                if (*value == '"')
                        buffer_add_char(b, '"');
        }
        buffer_add_char(b, '"');
}

bool split_csv(const char *text, Words *ret)
{
        while (*text) {
                _cleanup_buffer_ Buffer b = {};
                bool quoted = *text == '"';

                text += quoted;
                for (; *text && (quoted || *text != ','); text++) {
                        if (quoted && *text == '"') {
                                if (text[1] != '"') {
                                        quoted = false;
                                        continue;
                                }
                                text++;
                        }
                        buffer_add_char(&b, *text);
                }
                if (quoted)
                        return false;
                words_take(ret, buffer_take(&b));
                text += *text == ',';
        }
        return true;
}

void add_requires_mounts(Conversion *c, const char *path)
{
        _cleanup_buffer_ Buffer b = {};

        buffer_add(&b, "RequiresMountsFor=");
        word_quote(&b, path);
        c->failed = c->failed || b.failed;
        words_add(&c->unit_lines, buffer_text(&b));
}
