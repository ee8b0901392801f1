/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What all conversions use: reading values, adding to the service, findings, references. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conversion.h"
#include "suggest.h"

static const KeyValues no_values;

const KeyValues *conversion_values(const Conversion *c, const char *name)
{
        for (size_t i = 0; i < c->n_given; i++)
                if (strcmp(c->keys[c->given[i]].name, name) == 0)
                        return c->values + c->given[i];
        return &no_values;
}

const char *conversion_text(const Conversion *c, const char *name)
{
        const KeyValues *v = conversion_values(c, name);

        return v->n > 0 ? v->items[0].text : NULL;
}

const UnitLine *conversion_line(const Conversion *c, const char *name)
{
        return conversion_values(c, name)->last;
}

bool conversion_truth(const Conversion *c, const char *name, bool otherwise)
{
        const char *text = conversion_text(c, name);

        return text ? strcmp(text, "1") == 0 : otherwise;
}

bool conversion_has(const Conversion *c, const char *section, const char *key)
{
        const UnitLine *line = unit_file_last(&c->unit->file, section, key);

        return line && *line->value;
}

static void add_finding(Conversion *c, FindingLevel level, const UnitLine *line, const char *cure,
                        const char *format, va_list ap)
{
        _cleanup_free_ char *s = NULL;

        if (vasprintf(&s, format, ap) < 0) {
                s = NULL;
                c->failed = true;
        }
        findings_add(&c->unit->findings, level, line ? line->file : c->unit->path, line ? line->line : 0,
                     cure, "%s", s ?: "out of memory");
}

#define DEFINE_FINDING(name, level)                                                                         \
        void name(Conversion *c, const UnitLine *line, const char *cure, const char *format, ...)           \
        {                                                                                                   \
                va_list ap;                                                                                 \
                                                                                                            \
                va_start(ap, format);                                                                       \
                add_finding(c, level, line, cure, format, ap);                                              \
                va_end(ap);                                                                                 \
        }
DEFINE_FINDING(conversion_error, FINDING_ERROR)
DEFINE_FINDING(conversion_warn, FINDING_WARNING)
DEFINE_FINDING(conversion_note, FINDING_NOTE)

/* Of the values that may have become this one: the same text, else the longest that is a part of it. */
static const KeyValue *source_of(const Conversion *c, const char *value, const QuadletKey **ret_key)
{
        const KeyValue *source = NULL;

        for (size_t i = 0; i < c->n_given; i++) {
                const QuadletKey *key = c->keys + c->given[i];
                const KeyValues *values = c->values + c->given[i];

                if (c->key && c->key != key)
                        continue;
                for (size_t k = 0; k < values->n; k++) {
                        const KeyValue *v = values->items + k;

                        if (*v->text && strstr(value, v->text) &&
                            (!source || strlen(v->text) > strlen(source->text))) {
                                source = v;
                                *ret_key = key;
                        }
                }
        }
        return source;
}

static void check_option(Conversion *c, const char *option, const char *value)
{
        _cleanup_free_ char *reason = NULL;
        const QuadletKey *key = c->key;
        const KeyValue *source;

        /* systemd replaces some of the text at the start; other verbs have options of their own. */
        if (!c->config->refuse_option || has_expansion(value) || !c->verb ||
            strncmp(c->verb, "run ", 4) != 0)
                return;
        if (key && (key->check != CHECK_NOTHING || key->words))
                return; /* has been looked at */
        reason = c->config->refuse_option(option, value);
        if (!reason)
                return;
        source = source_of(c, value, &key);
        conversion_error(c, source ? source->line : NULL, NULL, "%s%s%s", key ? key->name : "",
                         key ? "=: " : "", reason);
}

void conversion_run(Conversion *c, const char *option, const char *value)
{
        check_option(c, option, value);
        words_addf(&c->run, "--%s", option);
        words_add(&c->run, value);
}

void conversion_runf(Conversion *c, const char *option, const char *format, ...)
{
        _cleanup_free_ char *s = NULL;
        va_list ap;

        va_start(ap, format);
        if (vasprintf(&s, format, ap) < 0)
                s = NULL;
        va_end(ap);
        if (s)
                conversion_run(c, option, s);
        else
                c->failed = true;
}

void reference_done(Reference *r)
{
        free(r->service);
        free(r->resource);
        *r = (Reference){ .unit = NULL };
}

/* The file of this name, or the template that it is an instance of; *ret_instance: which one. */
static const QuadletUnit *find_unit(const Conversion *c, const char *name, size_t n, char **ret_instance)
{
        const QuadletUnit *u = quadlet_set_find(c->set, name, n);
        const char *at = memchr(name, '@', n), *dot = memrchr(name, '.', n);
        _cleanup_free_ char *template = NULL;

        if (u || !at || !dot || dot <= at + 1)
                return u;
        if (asprintf(&template, "%.*s@%.*s", (int) (at - name), name, (int) (name + n - dot), dot) < 0)
                return NULL;
        u = quadlet_set_find(c->set, template, strlen(template));
        if (u)
                *ret_instance = strndup(at + 1, (size_t) (dot - at - 1));
        return u;
}

/* "data-volume@.service" with instance "%i": "data-volume@%i.service". */
static char *with_instance(const char *service, const char *instance)
{
        const char *at = strchr(service, '@');
        char *s;

        if (!at || !instance)
                return strdup(service);
        return asprintf(&s, "%.*s@%s.service", (int) (at - service), service, instance) < 0 ? NULL : s;
}

static void not_found(Conversion *c, const UnitLine *line, const char *name, size_t n)
{
        _cleanup_free_ char *word = strndup(name, n);
        Suggestion s;

        if (!word) {
                c->failed = true;
                return;
        }
        suggestion_init(&s, word);
        for (size_t i = 0; i < c->set->n; i++)
                if (c->set->units[i] != c->unit &&
                    unit_type_from_name(word) == (int) c->set->units[i]->parsed.type)
                        suggestion_offer(&s, c->set->units[i]->name);
        if (s.best)
                conversion_error(c, line, NULL, "there is no file %s; did you mean %s?", word, s.best);
        else
                conversion_error(c, line, NULL, "there is no file %s in the folders of the units", word);
}

bool conversion_find(Conversion *c, const UnitLine *line, const char *name, size_t n, Reference *ret)
{
        _cleanup_free_ char *instance = NULL, *service = NULL;
        const QuadletUnit *u = find_unit(c, name, n, &instance);
        Reference r = { .unit = u };

        if (!u) {
                not_found(c, line, name, n);
                return false;
        }
        if (u->parsed.is_template && u->parsed.instance_size == 0 && !instance) {
                if (!c->unit->parsed.is_template) {
                        conversion_error(
                                c, line, NULL,
                                "%s is a template, and only a template can refer to it without an instance",
                                u->name);
                        return false;
                }
                instance = strdup("%i");
        }
        service = quadlet_service_name(u);
        if (service)
                r.service = with_instance(service, instance);
        r.resource = quadlet_resource_name(u, instance);
        if (!r.service || !r.resource) {
                if (r.service && (u->parsed.type == UNIT_TYPE_IMAGE || u->parsed.type == UNIT_TYPE_BUILD))
                        conversion_error(c, line, NULL, "%s names no image", u->name);
                else
                        c->failed = true;
                reference_done(&r);
                return false;
        }
        *ret = r;
        return true;
}

bool conversion_refer(Conversion *c, const UnitLine *line, const char *name, size_t n, Reference *ret)
{
        if (!conversion_find(c, line, name, n, ret))
                return false;
        words_addf(&c->unit_lines, "Requires=%s", ret->service);
        words_addf(&c->unit_lines, "After=%s", ret->service);
        return true;
}

/* Appends the path without ".", and with ".." taken together with what is before it. */
static void add_clean_path(Buffer *b, const char *path)
{
        while (*path) {
                size_t n = strcspn(path, "/");

                if (n == 2 && memcmp(path, "..", 2) == 0) {
                        while (b->size > 0 && b->data[--b->size] != '/')
                                ;
                        if (b->data)
                                b->data[b->size] = 0;
                } else if (n > 0 && !(n == 1 && *path == '.')) {
                        buffer_add_char(b, '/');
                        buffer_add_n(b, path, n);
                }
                path += n + (path[n] == '/');
        }
}

char *conversion_path(Conversion *c, const char *path)
{
        _cleanup_buffer_ Buffer b = {}, plain = {};
        char *s;

        if (*path == '/' || *path == '%' || *path == '$') {
                s = strdup(path);
        } else {
                add_clean_path(&plain, c->unit->folder);
                for (const char *at = buffer_text(&plain); *at; at++) {
                        buffer_add_char(&b, *at);
                        if (*at == '%') /* of the folder's name, and no specifier */
                                buffer_add_char(&b, '%');
                }
                b.failed = b.failed || plain.failed;
                add_clean_path(&b, path);
                if (b.size == 0)
                        buffer_add_char(&b, '/');
                s = buffer_take(&b);
        }
        c->failed = c->failed || !s;
        return s;
}

bool is_path(const char *text)
{
        return *text == '/' || (*text == '%' && text[1] && strchr("htSCLETVdDyYf", text[1]));
}

bool has_expansion(const char *text)
{
        return strpbrk(text, "%$");
}
