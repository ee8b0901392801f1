/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The container's environment and labels: -e, --env-file, -l, --label-file, and the proxies and detachKeys
 * of docker's config.json.
 *
 * The CLI sends the variables of -e in the random order of a hash table; here they keep the order of the
 * command line. */

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run-parse.h"
#include "text.h"
#include "util/fd.h"
#include "util/macro.h"
#include "util/strv.h"
#include "json/json.h"

#define FILE_MAX ((size_t) 64 * 1024 * 1024)
#define CONFIG_MAX ((size_t) 16 * 1024 * 1024)
/* The size of the buffer with which the CLI reads lines. */
#define LINE_MAX_BYTES ((size_t) 64 * 1024 - 1)

int set_env(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        const char *rest = NULL;
        _cleanup_free_ char *name = text_cut(value, '=', &rest);

        if (!name)
                return -ENOMEM;
        if (!*name)
                return run_parse_error(p, "the name of the variable is missing");
        if (!rest)
                rest = context_getenv(p->context, name);
        if (!rest) {
                /* Not set here either: removes the variable of the image. */
                if (json_object_object_add(p->environment, name, NULL) < 0)
                        return -ENOMEM;
                return 0;
        }
        return json_set(p->environment, name, json_object_new_string(rest));
}

int set_label(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        const char *rest = NULL;
        _cleanup_free_ char *name = text_cut(value, '=', &rest);
        const char *bare;

        if (!name)
                return -ENOMEM;
        bare = name + strspn(name, " \t");
        if (!*bare)
                return run_parse_error(p, "the name of the label is missing");
        if (strpbrk(bare, " \t"))
                return run_parse_error(p, "the name of the label contains a blank");
        return strvec_add(p->lists + LIST_LABEL, value, strlen(value));
}

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

static const char *const proxy_names[][2] = {
        { "httpProxy", "HTTP_PROXY" }, { "httpsProxy", "HTTPS_PROXY" }, { "ftpProxy", "FTP_PROXY" },
        { "noProxy", "NO_PROXY" },     { "allProxy", "ALL_PROXY" },
};

static int add_proxy(struct json_object *o, const char *name, const char *value)
{
        _cleanup_free_ char *lower = text_lower(name);

        if (!lower)
                return -ENOMEM;
        if (!json_object_object_get_ex(o, name, NULL) && json_set_string(o, name, value) < 0)
                return -ENOMEM;
        if (!json_object_object_get_ex(o, lower, NULL) && json_set_string(o, lower, value) < 0)
                return -ENOMEM;
        return 0;
}

/* Names of members are compared without regard to case, as in the CLI (Go). */
int proxies_parse(const char *data, size_t size, const char *host, struct json_object *o)
{
        _cleanup_json_ struct json_object *config = NULL;
        struct json_object *proxies, *entry = NULL;
        int r;

        r = json_parse_file(data, size, &config);
        if (r < 0)
                return r;
        if (!json_object_is_type(config, json_type_object))
                return 0;
        proxies = json_get_any_case(config, "proxies");
        if (!json_object_is_type(proxies, json_type_object))
                return 0;
        if (!json_object_object_get_ex(proxies, host, &entry))
                (void) json_object_object_get_ex(proxies, "default", &entry);
        if (!json_object_is_type(entry, json_type_object))
                return 0;
        for (size_t i = 0; i < ELEMENTSOF(proxy_names); i++) {
                struct json_object *value = json_get_any_case(entry, proxy_names[i][0]);

                if (!json_object_is_type(value, json_type_string) || json_object_get_string_len(value) == 0)
                        continue;
                if (add_proxy(o, proxy_names[i][1], json_object_get_string(value)) < 0)
                        return -ENOMEM;
        }
        return 0;
}

int detach_keys_parse(const char *data, size_t size, char **ret)
{
        _cleanup_json_ struct json_object *config = NULL;
        const char *keys;
        int r = json_parse_file(data, size, &config);

        if (r < 0)
                return r;
        if (!json_object_is_type(config, json_type_object) ||
            json_get_string_any_case(config, "detachKeys", &keys) < 0 || !*keys)
                return 0;
        *ret = strdup(keys);
        return *ret ? 0 : -ENOMEM;
}

/* Reads what config.json says, except for logins: these are looked up when an image is pulled. */
static int read_config(RunParse *p)
{
        _cleanup_free_ char *path = context_config_path(p->context), *data = NULL;
        size_t size = 0;
        int r;

        if (!path)
                return -ENOMEM;
        r = read_file_at(p->context->dir_fd, path, CONFIG_MAX, &data, &size);
        if (r < 0)
                return r == -ENOMEM ? r : 0; /* without a configuration there are no proxies */
        r = proxies_parse(data, size, context_engine(p->context), p->environment);
        if (r >= 0 && p->o->interactive && !p->o->detach_keys)
                r = detach_keys_parse(data, size, &p->o->detach_keys);
        return r == -ENOMEM ? r : 0;
}

int finish_environment(RunParse *p)
{
        _cleanup_json_ struct json_object *array = json_object_new_array();
        const StrVec *files = p->lists + LIST_ENV_FILE;
        int r = array ? read_config(p) : -ENOMEM;

        for (size_t i = 0; r >= 0 && i < files->n; i++)
                r = env_file_read(p, "--env-file", files->items[i], true, array);
        if (r < 0)
                return r;
        json_object_object_foreach(p->environment, name, value)
        {
                _cleanup_free_ char *entry = NULL;

                if (!value)
                        r = json_append_text(array, name);
                else if (asprintf(&entry, "%s=%s", name, json_object_get_string(value)) < 0)
                        r = -ENOMEM;
                else
                        r = json_append_text(array, entry);
                if (r < 0)
                        return r;
        }
        return json_object_array_length(array) == 0 ? 0 : draft_set(p, "Env", TAKE_PTR(array));
}

/* entry: NAME=VALUE or NAME, of size bytes; the value may contain NUL bytes. */
static int add_label(RunParse *p, const char *entry, size_t size)
{
        struct json_object *labels = draft_ensure(p, "Labels", json_type_object);
        const char *equal = memchr(entry, '=', size);
        size_t n = equal ? (size_t) (equal - entry) : size;
        _cleanup_free_ char *name = strndup(entry, n);

        if (!labels || !name)
                return -ENOMEM;
        return json_set_any(labels, name, equal ? json_text_n(equal + 1, size - n - 1) : json_text(""));
}

int finish_labels(RunParse *p)
{
        _cleanup_json_ struct json_object *array = json_object_new_array();
        const StrVec *files = p->lists + LIST_LABEL_FILE, *labels = p->lists + LIST_LABEL;
        int r = array ? 0 : -ENOMEM;

        for (size_t i = 0; r >= 0 && i < files->n; i++)
                r = env_file_read(p, "--label-file", files->items[i], false, array);
        for (size_t i = 0; r >= 0 && i < json_object_array_length(array); i++) {
                struct json_object *entry = json_object_array_get_idx(array, i);

                r = add_label(p, json_object_get_string(entry), (size_t) json_object_get_string_len(entry));
        }
        for (size_t i = 0; r >= 0 && i < labels->n; i++)
                r = add_label(p, labels->items[i], strlen(labels->items[i]));
        return r;
}
