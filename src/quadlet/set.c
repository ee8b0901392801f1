/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Units by name, and the names of what they become. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quadlet/set.h"
#include "quadlet/words.h"
#include "service-name.h"

static QuadletUnit *unit_free(QuadletUnit *u)
{
        if (!u)
                return NULL;
        for (size_t i = 0; i < u->n_links; i++) {
                free(u->links[i].path);
                free(u->links[i].target);
        }
        free(u->links);
        unit_file_done(&u->file);
        findings_done(&u->findings);
        free(u->name);
        free(u->path);
        free(u->folder);
        free(u->service);
        free(u->text);
        free(u);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(QuadletUnit *, unit_free)

void quadlet_set_done(QuadletSet *s)
{
        for (size_t i = 0; i < s->n; i++)
                unit_free(s->units[i]);
        free(s->units);
        *s = (QuadletSet){ .units = NULL };
}

static int set_append(QuadletSet *s, QuadletUnit *u)
{
        if (s->n >= QUADLET_UNITS_MAX)
                return -E2BIG;
        if (s->n >= s->allocated) {
                size_t bigger = MAX(s->allocated * 2, (size_t) 64);
                QuadletUnit **units = realloc(s->units, bigger * sizeof(QuadletUnit *));

                if (!units)
                        return -ENOMEM;
                s->units = units;
                s->allocated = bigger;
        }
        s->units[s->n++] = u;
        return 0;
}

int quadlet_set_add(QuadletSet *s, const char *name, const char *path, QuadletUnit **ret)
{
        _cleanup_(unit_freep) QuadletUnit *u = calloc(1, sizeof(*u));
        const char *slash = strrchr(path, '/');
        int r;

        if (!u)
                return -ENOMEM;
        u->name = strdup(name);
        u->path = strdup(path);
        u->folder = slash ? strndup(path, (size_t) (slash - path)) : strdup(".");
        if (!u->name || !u->path || !u->folder)
                return -ENOMEM;
        r = unit_name_parse(u->name, &u->parsed);
        if (r < 0)
                return r;
        r = set_append(s, u);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(u);
        return 0;
}

static int compare_units(const void *a, const void *b)
{
        return strcmp((*(QuadletUnit *const *) a)->name, (*(QuadletUnit *const *) b)->name);
}

void quadlet_set_sort(QuadletSet *s)
{
        if (s->n > 0)
                qsort(s->units, s->n, sizeof(s->units[0]), compare_units);
}

QuadletUnit *quadlet_set_find(const QuadletSet *s, const char *name, size_t n)
{
        size_t low = 0, high = s->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                const char *other = s->units[middle]->name;
                int r = strncmp(name, other, n) ?: (other[n] ? -1 : 0);

                if (r == 0)
                        return s->units[middle];
                if (r < 0)
                        high = middle;
                else
                        low = middle + 1;
        }
        return NULL;
}

char *quadlet_service_name(const QuadletUnit *u)
{
        const UnitName *n = &u->parsed;
        _cleanup_free_ char *given = unit_file_string(&u->file, unit_type_section(n->type), "ServiceName");
        char *s;

        if (given && !service_name_is_valid(given)) { /* which is a finding of the conversion */
                free(given);
                given = NULL;
        }
        if (asprintf(&s, "%.*s%s%s%.*s.service", given ? (int) strlen(given) : (int) n->prefix_size,
                     given ?: n->prefix, given ? "" : unit_type_service_suffix(n->type),
                     n->is_template && !(given && strchr(given, '@')) ? "@" : "",
                     given && strchr(given, '@') ? 0 : (int) n->instance_size, n->instance) < 0)
                return NULL;
        return s;
}

/* The file's own value of a key, with the specifiers that mean the unit replaced by what they mean there. */
static char *replace_specifiers(const QuadletUnit *u, const char *text, const char *instance)
{
        _cleanup_free_ char *service = quadlet_service_name(u);
        _cleanup_buffer_ Buffer b = {};

        for (; service && *text; text++) {
                char c = text[0] == '%' ? text[1] : '\0';

                if (c && strchr("iI", c) && instance)
                        buffer_add(&b, instance);
                else if (c == 'p')
                        buffer_add_n(&b, service, strcspn(service, u->parsed.is_template ? "@" : ".@"));
                else if (c == 'N' && !u->parsed.is_template)
                        buffer_add_n(&b, service, strlen(service) - strlen(".service"));
                else if (c == 'n' && !u->parsed.is_template)
                        buffer_add(&b, service);
                else if (c == '%')
                        buffer_add(&b, "%%");
                else {
                        buffer_add_char(&b, *text);
                        continue;
                }
                text++;
        }
        b.failed = b.failed || !service;
        return buffer_take(&b);
}

static const char *name_key(UnitType t)
{
        static const char *const keys[_UNIT_TYPE_MAX] = {
                [UNIT_TYPE_CONTAINER] = "ContainerName", [UNIT_TYPE_VOLUME] = "VolumeName",
                [UNIT_TYPE_NETWORK] = "NetworkName",     [UNIT_TYPE_IMAGE] = "ImageTag",
                [UNIT_TYPE_BUILD] = "ImageTag",          [UNIT_TYPE_POD] = "PodName",
        };

        return keys[t];
}

/* The first ImageTag= of a .build is its name: it is a list, which an empty line clears. */
static char *first_tag(const QuadletUnit *u)
{
        const UnitLine *found = NULL;

        for (size_t i = 0; i < u->file.n; i++) {
                const UnitLine *line = u->file.lines + i;

                if (strcmp(line->section, "Build") != 0 || strcmp(line->key, "ImageTag") != 0)
                        continue;
                if (!*line->value)
                        found = NULL;
                else if (!found)
                        found = line;
        }
        return found ? strdup(found->value) : NULL;
}

char *quadlet_resource_name(const QuadletUnit *u, const char *instance)
{
        const UnitName *n = &u->parsed;
        const char *section = unit_type_section(n->type), *key = name_key(n->type);
        _cleanup_free_ char *given = n->type == UNIT_TYPE_BUILD ? first_tag(u)
                                     : key                      ? unit_file_string(&u->file, section, key)
                                                                : NULL;
        _cleanup_free_ char *own_instance = NULL, *service = NULL;
        char *s;

        if (n->instance_size > 0 && !instance) {
                own_instance = strndup(n->instance, n->instance_size);
                if (!own_instance)
                        return NULL;
                instance = own_instance;
        }
        if (!given && n->type == UNIT_TYPE_IMAGE)
                given = unit_file_string(&u->file, section, "Image");
        if (given)
                return replace_specifiers(u, given, instance);
        if (n->type == UNIT_TYPE_IMAGE || n->type == UNIT_TYPE_BUILD)
                return NULL;
        if (n->type == UNIT_TYPE_CONTAINER) {
                service = quadlet_service_name(u);
                if (!service ||
                    asprintf(&s, "systemd-%.*s%s%s", (int) strcspn(service, n->is_template ? "@" : ""),
                             service, n->is_template ? "_" : "", n->is_template ? instance ?: "%i" : "") < 0)
                        return NULL;
                if (!n->is_template)
                        s[strlen(s) - strlen(".service")] = 0;
                return s;
        }
        if (asprintf(&s, "systemd-%.*s%s%s", (int) n->prefix_size, n->prefix, n->is_template ? "-" : "",
                     n->is_template ? instance ?: "%i" : "") < 0)
                return NULL;
        return s;
}
