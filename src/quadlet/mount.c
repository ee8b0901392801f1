/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Mount=: the words of podman, translated one by one into those of `docker run --mount`. */

#include <stdio.h>
#include <string.h>

#include "csv-field.h"
#include "handlers.h"
#include "storage.h"

typedef struct MountSpec {
        const char *type, *source, *target, *relabel, *subpath; /* point into the words */
        Buffer rest;                                            /* ",readonly,…" */
        bool read_only, writable;                               /* as the line says */
} MountSpec;

static const struct {
        const char *podman,
                *docker; /* docker NULL: no effect, with a warning; "": says what Docker does anyway */
} mount_words[] = {
        { "bind-propagation", "bind-propagation" },
        { "bind-nonrecursive", "bind-nonrecursive" },
        { "volume-opt", "volume-opt" },
        { "volume-nocopy", "volume-nocopy" },
        { "volume-driver", "volume-driver" },
        { "volume-label", "volume-label" },
        { "volume-subpath", "volume-subpath" },
        { "nocopy", "volume-nocopy" },
        { "image-subpath", "image-subpath" },
        { "tmpfs-size", "tmpfs-size" },
        { "tmpfs-mode", "tmpfs-mode" },
        { "consistency", "consistency" },
        { "notmpcopyup", "" },
        { "tmpcopyup", NULL },
        { "U", NULL },
        { "chown", NULL },
        { "idmap", NULL },
};

static bool is_one_of(const char *name, size_t n, const char *a, const char *b, const char *third)
{
        const char *const names[] = { a, b, third };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (names[i] && strlen(names[i]) == n && memcmp(names[i], name, n) == 0)
                        return true;
        return false;
}

static void take_other(Conversion *c, const UnitLine *line, const char *field, size_t n, MountSpec *m)
{
        for (size_t i = 0; i < ELEMENTSOF(mount_words); i++) {
                const char *docker = mount_words[i].docker;

                if (!is_one_of(field, n, mount_words[i].podman, NULL, NULL))
                        continue;
                if (!docker)
                        conversion_warn(c, line, NULL, "Mount=: %s has no effect on Docker", field);
                else if (*docker && field[n])
                        add_csv_field(&m->rest, docker, field + n + 1);
                else if (*docker)
                        buffer_addf(&m->rest, ",%s", docker);
                return;
        }
        conversion_error(c, line, NULL, "Mount=: Docker has nothing like %s", field);
}

static void take_field(Conversion *c, const UnitLine *line, const char *field, MountSpec *m)
{
        size_t n = strcspn(field, "=");
        const char *value = field[n] ? field + n + 1 : "true";
        bool truth = unit_file_boolean(value) != 0;

        if (is_one_of(field, n, "type", NULL, NULL))
                m->type = value;
        else if (is_one_of(field, n, "source", "src", NULL))
                m->source = value;
        else if (is_one_of(field, n, "destination", "dst", "target"))
                m->target = value;
        else if (is_one_of(field, n, "subpath", NULL, NULL))
                m->subpath = value;
        else if (is_one_of(field, n, "readonly", "ro", NULL))
                m->writable = !(m->read_only = truth);
        else if (is_one_of(field, n, "rw", "readwrite", NULL))
                m->read_only = !(m->writable = truth);
        else if (is_one_of(field, n, "relabel", NULL, NULL))
                m->relabel = value;
        else if (is_one_of(field, n, "z", "Z", NULL))
                m->relabel = *field == 'z' ? "shared" : "private";
        else
                take_other(c, line, field, n, m);
}

/* Only --volume can set a label for SELinux. */
static void add_relabelled(Conversion *c, const UnitLine *line, const MountSpec *m, const char *source)
{
        if (m->rest.size > 0) {
                conversion_error(c, line, NULL, "Mount=: Docker has no mount with relabel= and%s",
                                 buffer_text(&m->rest));
                return;
        }
        conversion_runf(c, "volume", "%s:%s:%s%s", source, m->target,
                        strcmp(m->relabel, "private") == 0 ? "Z" : "z", m->read_only ? ",ro" : "");
}

/* The source as Docker knows it. NULL: nothing to mount from, or an error. */
static char *resolve_source(Conversion *c, const UnitLine *line, const MountSpec *m, bool *ret_nocopy)
{
        _cleanup_reference_ Reference r = {};
        int type = m->source ? unit_type_from_name(m->source) : -1;

        if (!m->source)
                return NULL;
        if ((strcmp(m->type, "volume") == 0 && type == UNIT_TYPE_VOLUME) ||
            (strcmp(m->type, "image") == 0 && (type == UNIT_TYPE_IMAGE || type == UNIT_TYPE_BUILD))) {
                if (!conversion_refer(c, line, m->source, strlen(m->source), &r))
                        return NULL;
                *ret_nocopy = r.unit->parsed.type == UNIT_TYPE_VOLUME && volume_is_nocopy(r.unit);
                return TAKE_PTR(r.resource);
        }
        if (strcmp(m->type, "bind") == 0) {
                char *path = conversion_path(c, m->source);

                if (path && is_path(path))
                        add_requires_mounts(c, path);
                return path;
        }
        return strdup(m->source);
}

static bool is_possible(Conversion *c, const UnitLine *line, const MountSpec *m)
{
        if (!is_one_of(m->type, strlen(m->type), "bind", "volume", "tmpfs") &&
            strcmp(m->type, "image") != 0) {
                conversion_error(c, line, NULL, "Mount=: Docker has no mounts of type %s", m->type);
                return false;
        }
        if (!m->target) {
                conversion_error(c, line, NULL, "Mount=: destination= is missing");
                return false;
        }
        if (*m->target != '/' && !has_expansion(m->target)) {
                conversion_error(c, line, NULL,
                                 "Mount=: destination=%s: the path in the container must begin with \"/\"",
                                 m->target);
                return false;
        }
        if (m->writable && strcmp(m->type, "image") == 0) {
                conversion_error(c, line, NULL, "Mount=: Docker's mounts of images are read-only");
                return false;
        }
        if (!m->source && strcmp(m->type, "bind") == 0) {
                conversion_error(c, line, NULL, "Mount=: source= is missing");
                return false;
        }
        return true;
}

static void add_mount(Conversion *c, const UnitLine *line, const MountSpec *m)
{
        _cleanup_buffer_ Buffer b = {};
        _cleanup_free_ char *source = NULL;
        size_t errors = c->unit->findings.count[FINDING_ERROR];
        bool nocopy = false;

        if (!is_possible(c, line, m))
                return;
        source = resolve_source(c, line, m, &nocopy);
        if (c->unit->findings.count[FINDING_ERROR] != errors)
                return;
        if (m->source && !source) {
                c->failed = true;
                return;
        }
        if (m->relabel && source) {
                add_relabelled(c, line, m, source);
                return;
        }
        buffer_addf(&b, "type=%s", m->type);
        if (source)
                add_csv_field(&b, "source", source);
        add_csv_field(&b, "target", m->target);
        if (m->read_only)
                buffer_add(&b, ",readonly");
        if (m->subpath)
                add_csv_field(&b, strcmp(m->type, "image") == 0 ? "image-subpath" : "volume-subpath",
                              m->subpath);
        if (nocopy && !strstr(buffer_text(&m->rest), "volume-nocopy"))
                buffer_add(&b, ",volume-nocopy");
        buffer_add(&b, buffer_text(&m->rest));
        c->failed = c->failed || b.failed || m->rest.failed;
        conversion_run(c, "mount", buffer_text(&b));
}

void key_mount(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++) {
                const UnitLine *line = values->items[i].line;
                _cleanup_words_ Words fields = {};
                MountSpec m = { .type = "volume" };

                if (!split_csv(values->items[i].text, &fields)) {
                        conversion_error(c, line, NULL, "Mount=: a quote is not closed");
                        continue;
                }
                for (size_t k = 0; k < fields.n; k++)
                        take_field(c, line, fields.items[k], &m);
                c->failed = c->failed || fields.failed;
                add_mount(c, line, &m);
                buffer_done(&m.rest);
        }
}
