/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The conversion of a set: first the names, which references need, then each unit by the table of its type.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check-value.h"
#include "conversion.h"
#include "convert.h"
#include "install.h"
#include "passed-lines.h"
#include "podman-args.h"
#include "quadlet/key.h"
#include "quadlet/quadlet.h"
#include "unknown-key.h"
#include "write-unit.h"

/* What a type does before and after the keys of its table are mapped. */
static const struct {
        void (*begin)(Conversion *c);
        void (*end)(Conversion *c);
} conversions[_UNIT_TYPE_MAX] = {
        [UNIT_TYPE_CONTAINER] = { container_begin, container_end },
        [UNIT_TYPE_POD] = { pod_begin, pod_end },
        [UNIT_TYPE_NETWORK] = { network_begin, network_end },
        [UNIT_TYPE_VOLUME] = { volume_begin, volume_end },
        [UNIT_TYPE_IMAGE] = { image_begin, image_end },
        [UNIT_TYPE_BUILD] = { build_begin, build_end },
};

bool quadlet_unit_is_broken(const QuadletUnit *u)
{
        return u->findings.count[FINDING_ERROR] > 0;
}

static bool passes(const char *section)
{
        return strcmp(section, "Unit") == 0 || strcmp(section, "Service") == 0 ||
               strcmp(section, "Install") == 0;
}

static void check_docker_section(Conversion *c, const UnitLine *line)
{
        if (strcmp(line->key, "DockerArgs") != 0 && strcmp(line->key, "Options") != 0)
                conversion_error(
                        c, line, NULL,
                        "unknown key %s= in [X-Docker]; it has DockerArgs= and Options=", line->key);
}

static void check_quadlet_section(Conversion *c, const UnitLine *line)
{
        if (strcmp(line->key, "DefaultDependencies") != 0)
                conversion_error(c, line, "DefaultDependencies=no", "unknown key %s= in [Quadlet]",
                                 line->key);
        else if (*line->value && unit_file_boolean(line->value) < 0)
                conversion_error(c, line, "yes or no", "DefaultDependencies=%s: neither yes nor no",
                                 line->value);
}

/* Every line is looked at. A known key of the type's own section gets its place in c->values, not yet read.
 */
static void check_lines(Conversion *c)
{
        const UnitFile *f = &c->unit->file;
        const char *own = unit_type_section(c->unit->parsed.type), *reported = NULL;

        for (size_t i = 0; i < f->n; i++) {
                const UnitLine *line = f->lines + i;

                if (strcmp(line->section, own) == 0) {
                        const QuadletKey *key = quadlet_key_find(c->keys, c->n_keys, line->key);

                        if (key)
                                c->values[key - c->keys].last = line;
                        else
                                unknown_key(c, line);
                } else if (strcmp(line->section, "Quadlet") == 0) {
                        check_quadlet_section(c, line);
                } else if (strcmp(line->section, "X-Docker") == 0) {
                        check_docker_section(c, line);
                } else if (passes(line->section)) {
                        misplaced_key(c, line);
                } else if (strncmp(line->section, "X-", 2) != 0 && line->section != reported) {
                        unknown_section(c, line, own);
                        reported = line->section; /* one line a section is enough */
                }
        }
}

/* The keys that have lines. */
static void list_given(Conversion *c)
{
        c->n_given = 0;
        for (size_t i = 0; i < c->n_keys; i++)
                if (c->values[i].last)
                        c->given[c->n_given++] = i;
}

static void read_values(Conversion *c, const char *section)
{
        list_given(c);
        for (size_t i = 0; i < c->n_given; i++) {
                size_t at = c->given[i];

                key_values_read(&c->unit->file, section, c->keys + at, c->values + at, &c->unit->findings);
                c->failed = c->failed || c->values[at].failed;
        }
        if (c->unit->parsed.type == UNIT_TYPE_CONTAINER || c->unit->parsed.type == UNIT_TYPE_POD) {
                fold_podman_args(c);
                list_given(c);
        }
}

static void map_values(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        size_t errors;

        if (key->fate == KEY_WARNED && values->n > 0)
                conversion_warn(c, values->last, NULL, "%s= has no effect: %s", key->name, key->why);
        if (key->fate == KEY_REFUSED && values->n > 0)
                conversion_error(c, values->last, NULL, "%s= is not possible: %s", key->name, key->why);
        if (key->fate != KEY_MAPPED)
                return;
        errors = c->unit->findings.count[FINDING_ERROR];
        check_values(c, key, values);
        if (c->unit->findings.count[FINDING_ERROR] > errors)
                return;
        if (key->handler) {
                if (values->n > 0)
                        key->handler(c, key, values);
                return;
        }
        for (size_t i = 0; key->option && i < values->n; i++) {
                if (key->reading != READ_BOOLEAN)
                        conversion_run(c, key->option, values->items[i].text);
                else if (strcmp(values->items[i].text, "1") == 0)
                        words_addf(&c->run, "--%s", key->option);
        }
}

static void conversion_done(Conversion *c)
{
        for (size_t i = 0; i < c->n_given; i++)
                key_values_done(c->values + c->given[i]);
        free(c->values);
        free(c->given);
        words_done(&c->unit_lines);
        words_done(&c->service_lines);
        words_done(&c->before);
        words_done(&c->after);
        words_done(&c->reload);
        words_done(&c->podman_run);
        words_done(&c->options);
        words_done(&c->run);
        words_done(&c->command);
}

/* The table's options, then what the type makes of the rest. */
static void convert_by_table(Conversion *c)
{
        const char *section = unit_type_section(c->unit->parsed.type);
        Words *lists[] = { &c->unit_lines, &c->service_lines, &c->before, &c->after,  &c->reload,
                           &c->options,    &c->podman_run,    &c->run,    &c->command };

        if (c->unit->file.n == 0 && quadlet_unit_is_broken(c->unit))
                return; /* it could not be read: one message is enough */
        if (!unit_file_has_section(&c->unit->file, section)) {
                conversion_error(c, NULL, NULL, "the file has no section [%s]", section);
                return;
        }
        c->values = calloc(c->n_keys, sizeof(KeyValues));
        c->given = calloc(c->n_keys, sizeof(size_t));
        if (!c->values || !c->given) {
                c->failed = true;
                return;
        }
        check_lines(c);
        read_values(c, section);
        conversions[c->unit->parsed.type].begin(c);
        for (size_t i = 0; i < c->n_given; i++) {
                c->key = c->keys + c->given[i];
                map_values(c, c->key, c->values + c->given[i]);
        }
        c->key = NULL;
        conversions[c->unit->parsed.type].end(c);
        check_passed_lines(c);
        for (size_t i = 0; i < ELEMENTSOF(lists); i++)
                c->failed = c->failed || lists[i]->failed;
}

static void refuse_type(Conversion *c)
{
        UnitType t = c->unit->parsed.type;

        if (t == UNIT_TYPE_KUBE)
                conversion_error(c, NULL, NULL,
                                 "Docker cannot run .kube files; write one .container file for each "
                                 "container of the YAML "
                                 "file, or use podman");
        else
                conversion_error(
                        c, NULL, NULL,
                        "Docker has no artifacts; put the files into an image or a folder, or use podman");
}

static int convert_unit(QuadletSet *s, const QuadletConfig *config, QuadletUnit *u)
{
        _cleanup_(conversion_done)
                Conversion c = { .config = config, .set = s, .unit = u, .program = config->program };

        c.keys = quadlet_keys(u->parsed.type, &c.n_keys);
        if (!c.keys)
                refuse_type(&c);
        else
                convert_by_table(&c);
        install_links(&c);
        if (!quadlet_unit_is_broken(u) && !c.failed)
                write_unit(&c);
        if (c.failed || u->findings.failed || u->file.failed)
                return -ENOMEM;
        if (quadlet_unit_is_broken(u))
                write_broken_unit(u);
        return u->text ? 0 : -ENOMEM;
}

/* Of two files that become one service, the later one (by name) is wrong. */
static int name_services(QuadletSet *s)
{
        for (size_t i = 0; i < s->n; i++) {
                QuadletUnit *u = s->units[i];

                u->service = quadlet_service_name(u);
                if (!u->service)
                        return -ENOMEM;
        }
        return 0;
}

typedef struct Named {
        QuadletUnit *unit;
        size_t at;
} Named;

static int compare_services(const void *a, const void *b)
{
        const Named *x = a, *y = b;

        return strcmp(x->unit->service, y->unit->service) ?: x->at < y->at ? -1 : 1;
}

static int find_doubles(QuadletSet *s)
{
        _cleanup_free_ Named *named = calloc(s->n + 1, sizeof(Named));

        if (!named)
                return -ENOMEM;
        for (size_t i = 0; i < s->n; i++)
                named[i] = (Named){ .unit = s->units[i], .at = i };
        qsort(named, s->n, sizeof(Named), compare_services);
        for (size_t i = 1; i < s->n; i++) {
                QuadletUnit *u = named[i].unit, *first = named[i - 1].unit;

                if (strcmp(first->service, u->service) != 0)
                        continue;
                u->is_double = true;
                findings_add(&u->findings, FINDING_ERROR, u->path, 0, "ServiceName=another-name",
                             "%s becomes %s as well", first->name, u->service);
        }
        return 0;
}

int quadlet_set_convert(QuadletSet *s, const QuadletConfig *config)
{
        int r;

        quadlet_set_sort(s);
        r = name_services(s);
        if (r < 0)
                return r;
        r = find_doubles(s);
        for (size_t i = 0; r >= 0 && i < s->n; i++)
                r = convert_unit(s, config, s->units[i]);
        return r;
}
