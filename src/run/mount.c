/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --mount: one record of KEY=VALUE fields. A table says which member of the engine's Mount object each field
 * sets. */

#include <errno.h>
#include <string.h>

#include "csv.h"
#include "number.h"
#include "run-parse.h"
#include "run-subjects.h"
#include "text.h"
#include "util/macro.h"
#include "json/json.h"

typedef enum MountKind {
        MOUNT_STRING,
        MOUNT_LOWER,
        MOUNT_PATH,
        MOUNT_BOOL, /* "true" if it has no value */
        MOUNT_SIZE,
        MOUNT_MODE,
        MOUNT_MAP,
        MOUNT_RECURSIVE,
} MountKind;

/* The key, the kind of its value, the options object that it creates (even with an empty value), and the
 * member; "" is none. */
static const struct MountKey {
        char name[24];
        MountKind kind;
        char group[16], subgroup[16], member[16];
} mount_keys[] = {
        { "type", MOUNT_LOWER, "", "", "Type" },
        { "source", MOUNT_PATH, "", "", "Source" },
        { "src", MOUNT_PATH, "", "", "Source" },
        { "target", MOUNT_STRING, "", "", "Target" },
        { "dst", MOUNT_STRING, "", "", "Target" },
        { "destination", MOUNT_STRING, "", "", "Target" },
        { "readonly", MOUNT_BOOL, "", "", "ReadOnly" },
        { "ro", MOUNT_BOOL, "", "", "ReadOnly" },
        { "consistency", MOUNT_LOWER, "", "", "Consistency" },
        { "bind-propagation", MOUNT_LOWER, "BindOptions", "", "Propagation" },
        { "bind-nonrecursive", MOUNT_BOOL, "BindOptions", "", "NonRecursive" },
        { "bind-recursive", MOUNT_RECURSIVE, "", "", "" },
        { "volume-subpath", MOUNT_STRING, "VolumeOptions", "", "Subpath" },
        { "volume-nocopy", MOUNT_BOOL, "VolumeOptions", "", "NoCopy" },
        { "volume-label", MOUNT_MAP, "VolumeOptions", "", "Labels" },
        { "volume-driver", MOUNT_STRING, "VolumeOptions", "DriverConfig", "Name" },
        { "volume-opt", MOUNT_MAP, "VolumeOptions", "DriverConfig", "Options" },
        { "image-subpath", MOUNT_STRING, "ImageOptions", "", "Subpath" },
        { "tmpfs-size", MOUNT_SIZE, "TmpfsOptions", "", "SizeBytes" },
        { "tmpfs-mode", MOUNT_MODE, "TmpfsOptions", "", "Mode" },
};

static const struct MountKey *find_key(const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(mount_keys); i++)
                if (strcasecmp(mount_keys[i].name, name) == 0)
                        return mount_keys + i;
        return NULL;
}

static struct json_object *mount_options(struct json_object *mount, const struct MountKey *key)
{
        struct json_object *o = mount;

        if (*key->group)
                o = json_ensure(o, key->group, json_type_object);
        /* The CLI sends a DriverConfig with every volume option. */
        if (o && strcmp(key->group, "VolumeOptions") == 0 &&
            !json_ensure(o, "DriverConfig", json_type_object))
                return NULL;
        return o && *key->subgroup ? json_ensure(o, key->subgroup, json_type_object) : o;
}

static int set_map(struct json_object *o, const char *member, const char *value)
{
        const char *rest = NULL;
        _cleanup_free_ char *name = text_cut(value, '=', &rest);

        if (!name)
                return -ENOMEM;
        if (!*name)
                return 0;
        o = json_ensure(o, member, json_type_object);
        return o ? json_set_text(o, name, rest ? rest : "") : -ENOMEM;
}

static int set_path(RunParse *p, struct json_object *o, const char *member, const char *value)
{
        _cleanup_free_ char *absolute = NULL;
        int r;

        if (*value != '.')
                return json_set_text(o, member, value);
        r = run_parse_host_path(p, p->option, p->value, value, &absolute);
        return r < 0 ? r : json_set_text(o, member, absolute);
}

/* Whether a bind includes the mounts below its source. */
static int set_recursive(RunParse *p, struct json_object *mount, const char *value)
{
        static const struct {
                const char *word, *member;
        } words[] = {
                { "enabled", NULL },
                { "disabled", "NonRecursive" },
                { "writable", "ReadOnlyNonRecursive" },
                { "readonly", "ReadOnlyForceRecursive" },
        };

        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                struct json_object *o;

                if (strcmp(words[i].word, value) != 0)
                        continue;
                if (!words[i].member)
                        return 0;
                o = json_ensure(mount, "BindOptions", json_type_object);
                return o ? json_set_bool(o, words[i].member, true) : -ENOMEM;
        }
        return run_parse_error(p, "bind-recursive must be one of enabled, disabled, writable, readonly");
}

static int set_number(RunParse *p, struct json_object *o, const struct MountKey *key, const char *value)
{
        uint64_t mode;
        int64_t size;
        bool b;
        int r;

        switch (key->kind) {
        case MOUNT_BOOL:
                r = parse_bool(value, &b);
                if (r >= 0)
                        return json_set_bool(o, key->member, b);
                break;
        case MOUNT_SIZE:
                r = parse_size(value, &size);
                if (r >= 0)
                        return json_set_int(o, key->member, size);
                break;
        default:
                r = parse_uint64(value, 8, UINT32_MAX, &mode);
                if (r >= 0)
                        return json_set_int(o, key->member, (int64_t) mode);
                break;
        }
        return r == -ENOMEM ? r
                            : run_parse_error(p, "\"%.100s\" is not a valid value for %s", value, key->name);
}

static int set_field(RunParse *p, struct json_object *mount, const char *field)
{
        const char *value = NULL;
        _cleanup_free_ char *name = text_cut(field, '=', &value), *lower = NULL;
        const struct MountKey *key;
        struct json_object *o;

        if (!name)
                return -ENOMEM;
        key = find_key(name);
        if (!key)
                return run_parse_error(p, "unknown key \"%.100s\"", name);
        if (!value) {
                if (key->kind != MOUNT_BOOL)
                        return run_parse_error(p, "%s needs a value", key->name);
                value = "true";
        }
        if (key->kind == MOUNT_RECURSIVE)
                return set_recursive(p, mount, value);
        o = mount_options(mount, key);
        if (!o)
                return -ENOMEM;
        switch (key->kind) {
        case MOUNT_STRING:
                return json_set_text(o, key->member, value);
        case MOUNT_LOWER:
                lower = text_lower(value);
                return lower ? json_set_text(o, key->member, lower) : -ENOMEM;
        case MOUNT_PATH:
                return set_path(p, o, key->member, value);
        case MOUNT_MAP:
                return set_map(o, key->member, value);
        default:
                return set_number(p, o, key, value);
        }
}

static int check_options(RunParse *p, struct json_object *mount)
{
        static const struct {
                const char *type, *group;
        } groups[] = {
                { "bind", "BindOptions" },
                { "volume", "VolumeOptions" },
                { "image", "ImageOptions" },
                { "tmpfs", "TmpfsOptions" },
        };
        const char *type = json_string_or(mount, "Type", "");
        bool read_only = json_bool_or(mount, "ReadOnly", false);

        if (!*type)
                return run_parse_error(p, "the type is empty");
        if (!*json_string_or(mount, "Target", ""))
                return run_parse_error(p, "the target is missing");
        for (size_t i = 0; i < ELEMENTSOF(groups); i++)
                if (strcmp(groups[i].type, type) != 0 &&
                    json_object_object_get_ex(mount, groups[i].group, NULL))
                        return run_parse_error(p, "keys %s-* are not valid for type %.100s", groups[i].type,
                                               type);
        if (json_bool_or(mount, "BindOptions/ReadOnlyNonRecursive", false) && !read_only)
                return run_parse_error(p, "bind-recursive=writable needs readonly");
        if (json_bool_or(mount, "BindOptions/ReadOnlyForceRecursive", false)) {
                if (!read_only ||
                    strcmp(json_string_or(mount, "BindOptions/Propagation", ""), "rprivate") != 0)
                        return run_parse_error(
                                p, "bind-recursive=readonly needs readonly and bind-propagation=rprivate");
                p->o->hidden->recursive_readonly = true;
        }
        return 0;
}

int set_mount(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        _cleanup_json_ struct json_object *mount = json_object_new_object();
        _cleanup_strvec_ StrVec fields = {};
        int r;

        if (!mount || json_set_string(mount, "Type", "volume") < 0)
                return -ENOMEM;
        r = csv_parse(value, &fields);
        if (r == -EINVAL)
                return run_parse_error(p, "not a record of comma-separated KEY=VALUE fields");
        for (size_t i = 0; r >= 0 && i < fields.n; i++)
                r = set_field(p, mount, fields.items[i]);
        if (r >= 0)
                r = check_options(p, mount);
        return r < 0 ? r : draft_append(p, spec->target, TAKE_PTR(mount));
}
