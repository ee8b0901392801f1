/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The options are in the container's HostConfig/LogConfig/Config. The engine has merged them with its own
 * defaults.
 *
 * A field is named after its label or variable, in the form that the journal allows
 * (journal_field_name_sanitize()). With the engine's driver, a label can replace any field. Here a label is
 * left out if it has the name of one of our fields, or of a field that readers of the journal rely on:
 * labels can come from images, and must not decide who wrote an entry. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/journal/log-fields.h"
#include "name-pattern.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "json/json.h"

#define LOG_CONFIG "HostConfig/LogConfig/Config"
#define TAG_MAX 4096U
/* journald accepts 1024 fields in an entry, and every entry has these fields. */
#define EXTRA_FIELDS_MAX 512U
#define EXTRA_SIZE_MAX (32U * 1024)
#define SHORT_ID_SIZE 12

typedef struct Extra {
        LogFields *f;
        unsigned n;
} Extra;

void log_fields_done(LogFields *f)
{
        free(f->tag);
        free(f->unknown);
        journal_fields_done(&f->extra);
        *f = LOG_FIELDS_NULL;
}

/* The tag */

/* The entry point and its arguments: "/bin/sh -c …". */
static void put_command(struct json_object *inspect, FILE *out)
{
        struct json_object *arguments = NULL;

        fputs(json_string_or(inspect, "Path", ""), out);
        if (json_get(inspect, "Args", json_type_array, &arguments) < 0)
                return;
        for (size_t i = 0; i < json_object_array_length(arguments); i++) {
                struct json_object *a = json_object_array_get_idx(arguments, i);

                if (json_object_is_type(a, json_type_string))
                        fprintf(out, " %s", json_object_get_string(a));
        }
}

/* One member of the engine's template. -EINVAL: not one of the documented members. */
static int put_member(struct json_object *inspect, const char *name, size_t size, FILE *out)
{
        static const struct {
                char name[24], path[16];
                bool is_short, without_slash;
        } members[] = {
                { "ID", "Id", .is_short = true },  { "FullID", "Id" },
                { "ContainerID", "Id" },           { "Name", "Name", .without_slash = true },
                { "ContainerName", "Name" },       { "ImageID", "Image", .is_short = true },
                { "ImageFullID", "Image" },        { "ContainerImageID", "Image" },
                { "ImageName", "Config/Image" },   { "ContainerImageName", "Config/Image" },
                { "ContainerEntrypoint", "Path" },
        };

        for (size_t i = 0; i < ELEMENTSOF(members); i++)
                if (strlen(members[i].name) == size && strncmp(members[i].name, name, size) == 0) {
                        const char *value = json_string_or(inspect, members[i].path, "");

                        value += members[i].without_slash && *value == '/';
                        fprintf(out, "%.*s", members[i].is_short ? SHORT_ID_SIZE : (int) TAG_MAX, value);
                        return 0;
                }
        if (size == strlen("DaemonName") && strncmp(name, "DaemonName", size) == 0)
                fputs("docker", out);
        else if (size == strlen("Command") && strncmp(name, "Command", size) == 0)
                put_command(inspect, out);
        else
                return -EINVAL;
        return 0;
}

/* A template like "{{.Name}}/{{.ID}}": text and members in braces. */
static int put_tag(struct json_object *inspect, const char *pattern, FILE *out)
{
        const char *open, *name;
        size_t n;
        int r;

        while ((open = strstr(pattern, "{{"))) {
                fprintf(out, "%.*s", (int) (open - pattern), pattern);
                name = open + 2 + strspn(open + 2, " \t");
                if (*name != '.')
                        return -EINVAL;
                name++;
                n = strcspn(name, " \t}");
                pattern = name + n + strspn(name + n, " \t");
                if (strncmp(pattern, "}}", 2) != 0)
                        return -EINVAL;
                pattern += 2;
                r = put_member(inspect, name, n, out);
                if (r < 0)
                        return r;
        }
        fputs(pattern, out);
        return 0;
}

static int note_unknown(LogFields *f, const char *option, const char *value)
{
        if (f->unknown)
                return 0;
        return asprintf(&f->unknown, "%s=%.256s", option, value) < 0 ? -ENOMEM : 0;
}

static int parse_tag(struct json_object *inspect, const char *pattern, LogFields *f)
{
        _cleanup_free_ char *tag = NULL;
        size_t size;
        FILE *out;
        int r;

        if (!*pattern)
                return 0;
        if (strlen(pattern) > TAG_MAX)
                return note_unknown(f, "tag", pattern);
        out = open_memstream(&tag, &size);
        if (!out)
                return -ENOMEM;
        r = put_tag(inspect, pattern, out);
        if (fclose(out) != 0)
                return -ENOMEM;
        if (r < 0)
                return note_unknown(f, "tag", pattern);
        f->tag = TAKE_PTR(tag);
        return 0;
}

/* Labels and variables */

static bool name_is_taken(const char *name)
{
        static const char *const exact[] = { "MESSAGE", "MESSAGE_ID", "PRIORITY", "IMAGE_NAME" };
        static const char *const prefixes[] = { "CONTAINER_", "SYSLOG_", "OBJECT_", "COREDUMP_" };

        for (size_t i = 0; i < ELEMENTSOF(exact); i++)
                if (strcmp(name, exact[i]) == 0)
                        return true;
        for (size_t i = 0; i < ELEMENTSOF(prefixes); i++)
                if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
                        return true;
        return false;
}

static int add_field(Extra *e, const char *key, const char *value, size_t size)
{
        _cleanup_free_ char *name = journal_field_name_sanitize(key);

        if (!name)
                return -ENOMEM;
        if (!journal_field_name_is_valid(name) || name_is_taken(name))
                return 0;
        if (e->n >= EXTRA_FIELDS_MAX || strlen(name) + size + 16 > EXTRA_SIZE_MAX - e->f->extra.size) {
                e->f->too_many = true;
                return 0;
        }
        e->n++;
        return journal_field_append(&e->f->extra, name, value, size);
}

/* Whether a list like "a,b,c" contains the name. */
static bool list_has(const char *list, const char *name, size_t size)
{
        for (const char *p = list; *p; p += *p == ',') {
                size_t n = strcspn(p, ",");

                if (n == size && strncmp(p, name, n) == 0)
                        return true;
                p += n;
        }
        return false;
}

/* The labels or variables that become fields. */
typedef struct Choice {
        const char *list;
        regex_t pattern;
        bool has_pattern;
} Choice;

static int choice_init(Choice *c, LogFields *f, struct json_object *inspect, const char *list_path,
                       const char *pattern_path)
{
        const char *pattern = json_string_or(inspect, pattern_path, "");
        int r;

        *c = (Choice){ .list = json_string_or(inspect, list_path, "") };
        if (!*pattern)
                return 0;
        r = name_pattern_compile(pattern, &c->pattern);
        c->has_pattern = r >= 0;
        return r == -EINVAL ? note_unknown(f, strrchr(pattern_path, '/') + 1, pattern) : r;
}

static void choice_done(Choice *c)
{
        if (c->has_pattern)
                regfree(&c->pattern);
}

static bool choice_has(const Choice *c, const char *name)
{
        return list_has(c->list, name, strlen(name)) ||
               (c->has_pattern && name_pattern_matches(&c->pattern, name));
}

static int add_labels(Extra *e, const Choice *c, struct json_object *inspect)
{
        struct json_object *labels;
        int r = 0;

        if (json_get(inspect, "Config/Labels", json_type_object, &labels) < 0)
                return 0;
        json_object_object_foreach(labels, name, value) if (r >= 0 &&
                                                            json_object_is_type(value, json_type_string) &&
                                                            choice_has(c, name)) r =
                add_field(e, name, json_object_get_string(value),
                          (size_t) json_object_get_string_len(value));
        return r;
}

static int add_variables(Extra *e, const Choice *c, struct json_object *inspect)
{
        struct json_object *variables;
        int r = 0;

        if (json_get(inspect, "Config/Env", json_type_array, &variables) < 0)
                return 0;
        for (size_t i = 0; i < json_object_array_length(variables) && r >= 0; i++) {
                const char *text = json_object_get_string(json_object_array_get_idx(variables, i));
                const char *equal = text ? strchr(text, '=') : NULL;
                _cleanup_free_ char *name = equal ? strndup(text, (size_t) (equal - text)) : NULL;

                if (!equal)
                        continue;
                if (!name)
                        return -ENOMEM;
                if (choice_has(c, name))
                        r = add_field(e, name, equal + 1, strlen(equal + 1));
        }
        return r;
}

static int add_extra(struct json_object *inspect, LogFields *f)
{
        _cleanup_(choice_done) Choice labels = {}, variables = {};
        Extra e = { .f = f };
        int r;

        r = choice_init(&labels, f, inspect, LOG_CONFIG "/labels", LOG_CONFIG "/labels-regex");
        if (r >= 0)
                r = choice_init(&variables, f, inspect, LOG_CONFIG "/env", LOG_CONFIG "/env-regex");
        if (r >= 0)
                r = add_labels(&e, &labels, inspect);
        if (r >= 0)
                r = add_variables(&e, &variables, inspect);
        return r;
}

int log_fields_parse(struct json_object *inspect, LogFields *ret)
{
        _cleanup_(log_fields_done) LogFields f = LOG_FIELDS_NULL;
        int r;

        assert(ret);
        r = parse_tag(inspect, json_string_or(inspect, LOG_CONFIG "/tag", ""), &f);
        if (r >= 0)
                r = add_extra(inspect, &f);
        if (r < 0)
                return r;
        *ret = f;
        f = LOG_FIELDS_NULL;
        return 0;
}
