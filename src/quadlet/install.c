/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Links for Alias=, WantedBy=, RequiredBy= and UpheldBy=, as `systemctl enable` would make them. A template
 * is linked as its DefaultInstance=. */

#include <stdio.h>
#include <string.h>

#include "install.h"

#define LINKS_MAX 256

static void add_link(Conversion *c, char *path, char *target)
{
        QuadletUnit *u = c->unit;
        QuadletLink *links;

        if (path && target && u->n_links < LINKS_MAX) {
                links = reallocarray(u->links, u->n_links + 1, sizeof(QuadletLink));
                if (links) {
                        u->links = links;
                        links[u->n_links++] = (QuadletLink){ .path = path, .target = target };
                        return;
                }
        }
        if (path && target && u->n_links >= LINKS_MAX)
                conversion_error(c, NULL, NULL, "[Install] asks for more than %d links", LINKS_MAX);
        else
                c->failed = true;
        free(path);
        free(target);
}

/* Each word of the key's lines; an empty line forgets the words before it. */
static void collect(Conversion *c, const char *key, Words *ret)
{
        for (size_t i = 0; i < c->unit->file.n; i++) {
                const UnitLine *line = c->unit->file.lines + i;

                if (strcmp(line->section, "Install") != 0 || strcmp(line->key, key) != 0)
                        continue;
                if (!*line->value)
                        words_clear(ret);
                (void) words_split(line->value, SPLIT_KEEP_ESCAPES, ret);
        }
        c->failed = c->failed || ret->failed;
}

/* No way out of the folder of the units. */
static bool is_safe(const char *path)
{
        return *path && *path != '/' && !strstr(path, "..") && !strchr(path, '%') && strlen(path) < 200;
}

static void add_alias(Conversion *c, const char *alias)
{
        _cleanup_buffer_ Buffer up = {};

        if (!is_safe(alias) || !strchr(alias, '.')) {
                conversion_warn(c, unit_file_last(&c->unit->file, "Install", "Alias"), "Alias=name.service",
                                "Alias=%s is not the name of a unit and is ignored", alias);
                return;
        }
        for (const char *s = alias; *s; s++)
                if (*s == '/')
                        buffer_add(&up, "../");
        buffer_add(&up, c->unit->service);
        add_link(c, strdup(alias), buffer_take(&up));
}

static void add_dependents(Conversion *c, const char *key, const char *folder, const char *name)
{
        _cleanup_words_ Words units = {};

        collect(c, key, &units);
        for (size_t i = 0; i < units.n; i++) {
                char *path = NULL, *target = NULL;

                if (!is_safe(units.items[i]) || strchr(units.items[i], '/')) {
                        conversion_warn(c, unit_file_last(&c->unit->file, "Install", key), NULL,
                                        "%s=%s is not the name of a unit and is ignored", key,
                                        units.items[i]);
                        continue;
                }
                if (asprintf(&path, "%s.%s/%s", units.items[i], folder, name) < 0)
                        path = NULL;
                if (asprintf(&target, "../%s", c->unit->service) < 0)
                        target = NULL;
                add_link(c, path, target);
        }
}

void install_links(Conversion *c)
{
        _cleanup_words_ Words aliases = {};
        _cleanup_free_ char *instance = NULL, *name = NULL;
        const UnitName *n = &c->unit->parsed;
        const char *at;

        if (!unit_file_has_section(&c->unit->file, "Install"))
                return;
        if (conversion_has(c, "Install", "Also"))
                conversion_warn(c, unit_file_last(&c->unit->file, "Install", "Also"), NULL,
                                "Also= has no effect: the units of the generator are enabled by their own "
                                "[Install]");
        collect(c, "Alias", &aliases);
        for (size_t i = 0; i < aliases.n; i++)
                add_alias(c, aliases.items[i]);
        name = strdup(c->unit->service);
        at = strchr(c->unit->service, '@');
        if (n->is_template && n->instance_size == 0 && at) {
                instance = unit_file_string(&c->unit->file, "Install", "DefaultInstance");
                if (!instance)
                        return; /* as for any template: an instance is what can be started */
                free(name);
                if (!is_safe(instance) || strchr(instance, '/') ||
                    asprintf(&name, "%.*s@%s.service", (int) (at - c->unit->service), c->unit->service,
                             instance) < 0)
                        name = NULL;
        }
        if (!name) {
                conversion_error(c, unit_file_last(&c->unit->file, "Install", "DefaultInstance"), NULL,
                                 "DefaultInstance= is not valid");
                return;
        }
        add_dependents(c, "WantedBy", "wants", name);
        add_dependents(c, "RequiredBy", "requires", name);
        add_dependents(c, "UpheldBy", "upholds", name);
}
