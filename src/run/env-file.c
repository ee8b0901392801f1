/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Files of variables, as --env-file and --label-file take them: one NAME=VALUE in each line, in UTF-8. A
 * line that begins with '#' is a comment. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "env-file.h"
#include "run-parse.h"
#include "util/fd.h"
#include "json/json.h"

#define FILE_MAX ((size_t) 64 * 1024 * 1024)
/* The size of the buffer with which the CLI reads lines. */
#define LINE_MAX_BYTES ((size_t) 64 * 1024 - 1)

/* line: one line without its end. *ret_reason is set with -EINVAL. */
static int parse_line(const char *line, size_t size, const CliContext *lookup, struct json_object *array,
                      const char **ret_reason)
{
        const char *equal;
        size_t n;

        while ((n = blank_length(line, size)) > 0) {
                line += n;
                size -= n;
        }
        if (size == 0 || *line == '#')
                return 0;
        equal = memchr(line, '=', size);
        n = equal ? (size_t) (equal - line) : size;
        *ret_reason =
                n == 0 ? "the name of the variable is missing" : "the name of the variable contains a blank";
        if (n == 0 || memchr(line, ' ', n) || memchr(line, '\t', n))
                return -EINVAL;
        if (equal)
                return json_append(array, json_text_n(line, size));
        if (lookup && !memchr(line, 0, size)) {
                _cleanup_free_ char *name = strndup(line, size), *entry = NULL;
                const char *value;

                if (!name)
                        return -ENOMEM;
                value = context_getenv(lookup, name);
                if (!value)
                        return 0;
                if (asprintf(&entry, "%s=%s", name, value) < 0)
                        return -ENOMEM;
                return json_append(array, json_text(entry));
        }
        return 0;
}

int env_file_parse(const char *data, size_t size, const CliContext *lookup, struct json_object *array,
                   const char **ret_reason, size_t *ret_line)
{
        const char *end = data + size;
        size_t number = 1;

        for (; data < end; number++) {
                const char *newline = memchr(data, '\n', (size_t) (end - data)), *line = data;
                size_t n = newline ? (size_t) (newline - data) : (size_t) (end - data);
                int r;

                data = newline ? newline + 1 : end;
                *ret_line = number;
                *ret_reason = "the line has 64 KiB or more";
                if (n > LINE_MAX_BYTES)
                        return -EINVAL;
                if (n > 0 && line[n - 1] == '\r')
                        n--;
                *ret_reason = "the line is not UTF-8";
                if (!utf8_valid(line, n))
                        return -EINVAL;
                if (number == 1 && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
                        line += 3;
                        n -= 3;
                }
                r = parse_line(line, n, lookup, array, ret_reason);
                if (r < 0)
                        return r;
        }
        return 0;
}

int env_file_read(RunParse *p, const char *option, const char *path, bool lookup, struct json_object *array)
{
        _cleanup_free_ char *data = NULL;
        const char *reason = NULL;
        size_t size = 0, line = 0;
        int r;

        r = read_file_at(p->context->dir_fd, path, FILE_MAX, &data, &size);
        if (r < 0)
                return r == -ENOMEM ? r : run_parse_error_at(p, option, path, "%s", strerror(-r));
        r = env_file_parse(data, size, lookup ? p->context : NULL, array, &reason, &line);
        if (r == -EINVAL)
                return run_parse_error_at(p, option, path, "%s, in line %zu", reason, line);
        return r;
}
