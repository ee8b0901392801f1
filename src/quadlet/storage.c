/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Volume=, Tmpfs=, AddDevice= and what ReadOnly= leaves writable. Mount= is in mount.c.
 *
 * podman fails where a folder of the host does not exist, and `docker run -v` creates it. So a folder
 * becomes --mount, which fails as well; only a label for SELinux (z, Z) needs --volume. */

#include <stdio.h>
#include <string.h>

#include "csv-field.h"
#include "handlers.h"
#include "storage.h"

typedef enum OptionFate {
        OPTION_KEEP,
        OPTION_DROP, /* says what Docker does anyway */
        OPTION_WARN,
        OPTION_REFUSE, /* the container could do more than asked */
} OptionFate;

static const struct {
        const char *name; /* with "=": a beginning */
        OptionFate fate;
} volume_options[] = {
        { "ro", OPTION_KEEP },          { "rw", OPTION_KEEP },         { "z", OPTION_KEEP },
        { "Z", OPTION_KEEP },           { "nocopy", OPTION_KEEP },     { "copy", OPTION_DROP },
        { "shared", OPTION_KEEP },      { "rshared", OPTION_KEEP },    { "slave", OPTION_KEEP },
        { "rslave", OPTION_KEEP },      { "private", OPTION_KEEP },    { "rprivate", OPTION_KEEP },
        { "bind", OPTION_DROP },        { "rbind", OPTION_DROP },      { "dev", OPTION_WARN },
        { "exec", OPTION_WARN },        { "suid", OPTION_WARN },       { "U", OPTION_WARN },
        { "idmap", OPTION_WARN },       { "idmap=", OPTION_WARN },     { "noexec", OPTION_REFUSE },
        { "nosuid", OPTION_REFUSE },    { "nodev", OPTION_REFUSE },    { "O", OPTION_REFUSE },
        { "upperdir=", OPTION_REFUSE }, { "workdir=", OPTION_REFUSE },
};

typedef struct VolumeSpec {
        char *source; /* NULL: an anonymous volume */
        char *target;
        Words options; /* those to keep */
        bool relabels;
        const char *propagation;
        bool read_only;
} VolumeSpec;

static void volume_spec_done(VolumeSpec *v)
{
        free(v->source);
        free(v->target);
        words_done(&v->options);
}

static void take_option(Conversion *c, const UnitLine *line, const char *option, VolumeSpec *v)
{
        OptionFate fate = OPTION_REFUSE;
        bool known = false;

        for (size_t i = 0; i < ELEMENTSOF(volume_options) && !known; i++) {
                size_t n = strlen(volume_options[i].name);

                known = volume_options[i].name[n - 1] == '='
                                ? strncmp(option, volume_options[i].name, n) == 0
                                : strcmp(option, volume_options[i].name) == 0;
                if (known)
                        fate = volume_options[i].fate;
        }
        if (!known)
                conversion_error(c, line, NULL, "%s=: unknown option \"%s\"", line->key, option);
        else if (fate == OPTION_REFUSE)
                conversion_error(c, line, NULL, "%s=: Docker has no option %s for a mount", line->key,
                                 option);
        else if (fate == OPTION_WARN)
                conversion_warn(c, line, NULL, "%s=: the option %s has no effect on Docker", line->key,
                                option);
        if (fate != OPTION_KEEP)
                return;
        words_add(&v->options, option);
        v->relabels = v->relabels || strcmp(option, "z") == 0 || strcmp(option, "Z") == 0;
        v->read_only = v->read_only || strcmp(option, "ro") == 0;
        if (strstr(option, "shared") || strstr(option, "slave") || strstr(option, "private"))
                v->propagation = v->options.failed ? NULL : v->options.items[v->options.n - 1];
}

/* "[SOURCE:]TARGET[:OPTIONS]" */
static void parse_volume(Conversion *c, const UnitLine *line, const char *value, VolumeSpec *v)
{
        const char *colon = strchr(value, ':'), *options = NULL;

        if (!colon) {
                v->target = strdup(value);
        } else {
                v->source = colon > value ? strndup(value, (size_t) (colon - value)) : NULL;
                options = strchr(colon + 1, ':');
                v->target = strndup(colon + 1, options ? (size_t) (options - colon - 1) : strlen(colon + 1));
        }
        if (!v->target || (colon && colon > value && !v->source)) {
                c->failed = true;
                return;
        }
        if (!*v->target || (options && strchr(options + 1, ':')))
                conversion_error(c, line, "Volume=/srv/www:/www:ro",
                                 "%s=%s: must be [SOURCE:]PATH[:OPTIONS]", line->key, value);
        else if (*v->target != '/' && !has_expansion(v->target))
                conversion_error(c, line, NULL, "%s=%s: the path in the container must begin with \"/\"",
                                 line->key, value);
        while (options) {
                size_t n = strcspn(++options, ",");
                _cleanup_free_ char *option = strndup(options, n);

                if (option && *option)
                        take_option(c, line, option, v);
                c->failed = c->failed || !option;
                options = options[n] == ',' ? options + n : NULL;
        }
}

static void add_bind(Conversion *c, const VolumeSpec *v)
{
        _cleanup_buffer_ Buffer b = {};

        buffer_add(&b, "type=bind");
        add_csv_field(&b, "source", v->source);
        add_csv_field(&b, "target", v->target);
        if (v->read_only)
                buffer_add(&b, ",readonly");
        if (v->propagation)
                add_csv_field(&b, "bind-propagation", v->propagation);
        c->failed = c->failed || b.failed;
        conversion_run(c, "mount", buffer_text(&b));
}

static void add_as_volume(Conversion *c, const VolumeSpec *v)
{
        _cleanup_buffer_ Buffer b = {};

        if (v->source)
                buffer_addf(&b, "%s:", v->source);
        buffer_add(&b, v->target);
        for (size_t i = 0; i < v->options.n; i++)
                buffer_addf(&b, "%c%s", i == 0 ? ':' : ',', v->options.items[i]);
        c->failed = c->failed || b.failed || v->options.failed;
        conversion_run(c, "volume", buffer_text(&b));
}

bool volume_is_nocopy(const QuadletUnit *volume)
{
        _cleanup_free_ char *copy = unit_file_string(&volume->file, "Volume", "Copy");

        return copy && unit_file_boolean(copy) == 0;
}

/* A .volume file: its volume, and what only the mount can say. */
static bool refer_to_volume(Conversion *c, const UnitLine *line, VolumeSpec *v)
{
        _cleanup_reference_ Reference r = {};

        if (!conversion_refer(c, line, v->source, strlen(v->source), &r))
                return false;
        free(v->source);
        v->source = TAKE_PTR(r.resource);
        if (volume_is_nocopy(r.unit) && !words_contain(&v->options, "nocopy"))
                words_add(&v->options, "nocopy");
        return true;
}

static bool is_volume_file(const char *source)
{
        return unit_type_from_name(source) == UNIT_TYPE_VOLUME && !strchr(source, '/');
}

/* Reads a value, and has the service wait for what it names. False: it is not possible. */
static bool read_volume(Conversion *c, const UnitLine *line, const char *value, VolumeSpec *v)
{
        parse_volume(c, line, value, v);
        if (c->failed || !v->source)
                return !c->failed;
        if (is_volume_file(v->source))
                return refer_to_volume(c, line, v);
        if (*v->source == '.') {
                char *path = conversion_path(c, v->source);

                if (!path)
                        return false;
                free(v->source);
                v->source = path;
        } else if (!is_path(v->source) && strchr(v->source, '/') && !has_expansion(v->source)) {
                conversion_error(
                        c, line, NULL,
                        "%s=: %s is neither a path nor the name of a volume; a relative path begins with "
                        "\"./\"",
                        line->key, v->source);
                return false;
        }
        if (is_path(v->source))
                add_requires_mounts(c, v->source);
        return true;
}

void add_volume(Conversion *c, const UnitLine *line, const char *value)
{
        _cleanup_(volume_spec_done) VolumeSpec v = {};

        if (!read_volume(c, line, value, &v))
                return;
        if (v.source && is_path(v.source) && !v.relabels)
                add_bind(c, &v);
        else
                add_as_volume(c, &v);
}

void key_pod_volumes(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++) {
                _cleanup_(volume_spec_done) VolumeSpec v = {};

                (void) read_volume(c, values->items[i].line, values->items[i].text, &v);
        }
}

void key_volumes(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++)
                add_volume(c, values->items[i].line, values->items[i].text);
}

void key_tmpfs(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++) {
                const char *value = values->items[i].text, *at = strchr(value, ':');
                _cleanup_buffer_ Buffer b = {};
                char separator = ':';

                if (*value != '/' && !has_expansion(value)) {
                        conversion_error(c, values->items[i].line, NULL,
                                         "Tmpfs=%s: the path in the container must begin with \"/\"", value);
                        continue;
                }
                buffer_add_n(&b, value, at ? (size_t) (at - value) : strlen(value));
                while (at) {
                        size_t n = strcspn(++at, ",");
                        _cleanup_free_ char *option = strndup(at, n);

                        c->failed = c->failed || !option;
                        if (option && (strcmp(option, "tmpcopyup") == 0 ||
                                       strcmp(option, "notmpcopyup") == 0 || strcmp(option, "U") == 0)) {
                                if (strcmp(option, "notmpcopyup") != 0)
                                        conversion_warn(c, values->items[i].line, NULL,
                                                        "Tmpfs=: the option %s has no effect on Docker",
                                                        option);
                        } else if (option && *option) {
                                buffer_addf(&b, "%c%s", separator, option);
                                separator = ',';
                        }
                        at = at[n] == ',' ? at + n : NULL;
                }
                c->failed = c->failed || b.failed;
                conversion_run(c, "tmpfs", buffer_text(&b));
        }
}

void key_device(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++) {
                const char *device = values->items[i].text;

                if (*device == '-')
                        conversion_run(c, "device-if-exists", device + 1);
                else
                        conversion_run(c, "device", device);
        }
}

/* Whether these n bytes are the path, but for a "/" at its end. */
static bool is_same_path(const char *s, size_t n, const char *path)
{
        n -= n > 1 && s[n - 1] == '/';
        return strlen(path) == n && memcmp(s, path, n) == 0;
}

/* "PATH[:OPTIONS]", "SOURCE:PATH[:OPTIONS]" */
static bool has_volume_target(const char *value, const char *path)
{
        const char *colon = strchr(value, ':');

        if (colon && colon[1] == '/')
                value = colon + 1;
        return is_same_path(value, strcspn(value, ":"), path);
}

static bool has_mount_target(const char *value, const char *path)
{
        static const char *const names[] = { "destination=", "dst=", "target=" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                const char *s = strstr(value, names[i]);

                if (s && is_same_path(s + strlen(names[i]), strcspn(s + strlen(names[i]), ","), path))
                        return true;
        }
        return false;
}

/* "--volume=…", "--tmpfs=…", "--mount=…" or only the value, as a word of its own. */
static bool has_any_target(const char *value, const char *path)
{
        const char *equal = *value == '-' ? strchr(value, '=') : NULL;

        value = equal ? equal + 1 : value;
        return has_volume_target(value, path) || has_mount_target(value, path);
}

static bool is_mounted(const Conversion *c, const char *path)
{
        static const struct {
                const char *key;
                bool (*has_target)(const char *value, const char *path);
        } keys[] = {
                { "Volume", has_volume_target },
                { "Tmpfs", has_volume_target },
                { "Mount", has_mount_target },
                { "PodmanArgs", has_any_target },
        };

        for (size_t k = 0; k < ELEMENTSOF(keys); k++) {
                const KeyValues *v = conversion_values(c, keys[k].key);

                for (size_t i = 0; i < v->n; i++)
                        if (keys[k].has_target(v->items[i].text, path))
                                return true;
        }
        return false;
}

void add_read_only_tmpfs(Conversion *c)
{
        static const char *const paths[] = { "/run", "/tmp", "/var/tmp" };

        if (conversion_truth(c, "VolatileTmp", false))
                conversion_run(c, "tmpfs", "/tmp:rw,size=512M,mode=1777");
        if (!conversion_truth(c, "ReadOnly", false) || !conversion_truth(c, "ReadOnlyTmpfs", true))
                return;
        for (size_t i = 0; i < ELEMENTSOF(paths); i++)
                if (!is_mounted(c, paths[i]) &&
                    !(strcmp(paths[i], "/tmp") == 0 && conversion_truth(c, "VolatileTmp", false)))
                        conversion_runf(c, "tmpfs", "%s:rw,exec%s", paths[i], i == 0 ? ",mode=755" : "");
}
