/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* One record of comma-separated values (RFC 4180), for --mount, --network and --gpus. Quotes are only valid
 * around a whole field. Empty lines before the record are skipped, and lines after it are ignored, as in the
 * docker CLI. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"

/* Returns a copy of the next line with its '\n' ("\r\n" becomes "\n") and moves *s after it. NULL: out of
 * memory. */
static char *next_line(const char **s)
{
        size_t n = strcspn(*s, "\n");
        bool newline = (*s)[n] == '\n';
        size_t kept = n > 0 && (*s)[n - 1] == '\r' ? n - 1 : n;
        char *line = malloc(kept + 2);

        if (!line)
                return NULL;
        memcpy(line, *s, kept);
        if (newline)
                line[kept++] = '\n';
        line[kept] = 0;
        *s += n + newline;
        return line;
}

/* The text of a quoted field. *at: after its opening quote; then after the closing quote and its comma
 * (*ret_more), or at the end of the record. *line and *rest advance if the field has more than one line. */
static int parse_quoted(char **line, char **at, const char **rest, StrVec *fields, bool *ret_more)
{
        size_t n = 0;
        /* The field ends in this line or in the rest. */
        _cleanup_free_ char *text = malloc(strlen(*at) + strlen(*rest) + 1);
        char *c = *at;

        if (!text)
                return -ENOMEM;
        for (;;) {
                size_t k = strcspn(c, "\"");

                memcpy(text + n, c, k);
                n += k;
                c += k;
                if (!*c) {
                        char *next = **rest ? next_line(rest) : NULL;

                        if (!next)
                                return **rest ? -ENOMEM : -EINVAL;
                        free(*line);
                        *line = c = next;
                        continue;
                }
                c++;
                if (*c != '"')
                        break;
                text[n++] = *c++;
        }
        if (*c && *c != ',' && strcmp(c, "\n") != 0)
                return -EINVAL;
        *ret_more = *c == ',';
        *at = c + 1;
        return strvec_add(fields, text, n);
}

static int parse_record(char **line, const char *rest, StrVec *fields)
{
        char *c = *line;
        bool more = true;

        while (more) {
                size_t n;
                int r;

                if (*c == '"') {
                        c++;
                        r = parse_quoted(line, &c, &rest, fields, &more);
                        if (r < 0)
                                return r;
                        continue;
                }
                n = strcspn(c, ",\n");
                if (memchr(c, '"', n))
                        return -EINVAL;
                r = strvec_add(fields, c, n);
                if (r < 0)
                        return r;
                more = c[n] == ',';
                c += n + 1;
        }
        return 0;
}

int csv_parse(const char *s, StrVec *ret)
{
        _cleanup_strvec_ StrVec fields = {};
        _cleanup_free_ char *line = NULL;
        int r;

        do {
                free(line);
                line = NULL;
                if (!*s)
                        return -EINVAL;
                line = next_line(&s);
                if (!line)
                        return -ENOMEM;
        } while (strcmp(line, "\n") == 0);
        r = parse_record(&line, s, &fields);
        if (r < 0)
                return r;
        *ret = fields;
        fields = (StrVec){};
        return 0;
}
