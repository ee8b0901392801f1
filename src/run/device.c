/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Devices: --device, --gpus, --device-cgroup-rule, and the weights and limits of block devices. */

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "csv.h"
#include "number.h"
#include "run-parse.h"
#include "run-setters.h"
#include "run-subjects.h"
#include "text.h"
#include "util/macro.h"
#include "json/json.h"

static bool is_alphanumeric(char c)
{
        return isascii(c) && isalnum((unsigned char) c);
}

/* A name that begins and ends with a letter or digit, with letters, digits and the characters of `inner` in
 * between. */
static bool cdi_name(const char *s, size_t size, bool letter_first, const char *inner)
{
        if (size == 0 || !is_alphanumeric(s[0]) || !is_alphanumeric(s[size - 1]))
                return false;
        if (letter_first && !isalpha((unsigned char) s[0]))
                return false;
        for (size_t i = 0; i < size; i++)
                if (!is_alphanumeric(s[i]) && !strchr(inner, s[i]))
                        return false;
        return true;
}

/* VENDOR/CLASS=NAME, a device of the Container Device Interface (CDI specification). */
static bool is_cdi_device(const char *s)
{
        const char *slash = strchr(s, '/'), *equal = strchr(s, '=');

        if (!slash || !equal || slash > equal)
                return false;
        return cdi_name(s, (size_t) (slash - s), true, "_-.") &&
               cdi_name(slash + 1, (size_t) (equal - slash - 1), true, "_-.") &&
               cdi_name(equal + 1, strlen(equal + 1), false, "_-.:");
}

/* One or more of r, w and m, each of them at most once. */
static bool is_device_mode(const char *s)
{
        for (const char *c = s; *c; c++)
                if (!strchr("rwm", *c) || strchr(c + 1, *c))
                        return false;
        return *s;
}

static int add_device(RunParse *p, const char *on_host, const char *in_container, const char *mode)
{
        struct json_object *o = json_object_new_object();

        if (!o || json_set_text(o, "PathOnHost", on_host) < 0 ||
            json_set_text(o, "PathInContainer", in_container) < 0 ||
            json_set_string(o, "CgroupPermissions", mode) < 0) {
                json_object_put(o);
                return -ENOMEM;
        }
        return draft_append(p, "HostConfig/Devices", o);
}

/* HOST[:CONTAINER][:MODE] */
static int parse_device(RunParse *p, const char *value)
{
        _cleanup_strvec_ StrVec parts = {};
        _cleanup_free_ char *clean = NULL;
        const char *host, *container, *mode = "rwm";
        bool has_mode;

        if (strvec_split(&parts, value, ':') < 0)
                return -ENOMEM;
        host = parts.items[0];
        if (parts.n > 3 || !*host)
                return run_parse_error_at(p, "--device", value, "not HOST[:CONTAINER][:MODE]");
        has_mode = parts.n == 3 || (parts.n == 2 && is_device_mode(parts.items[1]));
        if (has_mode)
                mode = parts.items[parts.n - 1];
        if (!is_device_mode(mode))
                return run_parse_error_at(p, "--device", value, "the mode can only contain r, w and m");
        container = parts.n == 3 || (parts.n == 2 && !has_mode) ? parts.items[1] : host;
        if (*container != '/')
                return run_parse_error_at(p, "--device", value, "\"%.100s\" is not an absolute path",
                                          container);
        if (parts.n == 3)
                /* With all three parts, the paths are sent as they were written. */
                return add_device(p, host, container, mode);
        clean = path_clean(container);
        if (!clean)
                return -ENOMEM;
        return add_device(p, container == host ? clean : host, clean, mode);
}

/* HOST[:CONTAINER[:MODE]] as --device, if HOST exists now. */
int set_device_if_exists(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        _cleanup_free_ char *host = strndup(value, strcspn(value, ":"));

        if (!host)
                return -ENOMEM;
        if (access(host, F_OK) < 0 && errno == ENOENT)
                return 0;
        return later_list(p, spec, value);
}

static struct json_object *gpu_request(RunParse *p)
{
        struct json_object *o = json_object_new_object();

        if (json_append(p->gpus, o) < 0)
                return NULL;
        return o;
}

int finish_devices(RunParse *p)
{
        const StrVec *v = p->lists + LIST_DEVICE;
        struct json_object *cdi = NULL, *ids;

        for (size_t i = 0; i < v->n; i++) {
                int r;

                if (!is_cdi_device(v->items[i])) {
                        r = parse_device(p, v->items[i]);
                        if (r < 0)
                                return r;
                        continue;
                }
                if (!cdi) {
                        cdi = gpu_request(p);
                        if (!cdi || json_set_string(cdi, "Driver", "cdi") < 0)
                                return -ENOMEM;
                }
                ids = json_ensure(cdi, "DeviceIDs", json_type_array);
                if (!ids || json_append_text(ids, v->items[i]) < 0)
                        return -ENOMEM;
        }
        if (json_object_array_length(p->gpus) == 0)
                return 0;
        return draft_set(p, "HostConfig/DeviceRequests", json_object_get(p->gpus));
}

static int gpu_count(RunParse *p, struct json_object *o, const char *value)
{
        int64_t count = -1;

        if (strcmp(value, "all") != 0 && parse_int64(value, 10, &count) < 0)
                return run_parse_error(p, "\"%.100s\" is neither \"all\" nor a number of devices", value);
        return json_set_int(o, "Count", count);
}

static int gpu_driver(RunParse *p, struct json_object *o, const char *value)
{
        return json_set_text(o, "Driver", value);
}

static int gpu_devices(RunParse *p, struct json_object *o, const char *value)
{
        _cleanup_strvec_ StrVec ids = {};

        if (strvec_split(&ids, value, ',') < 0)
                return -ENOMEM;
        return json_set(o, "DeviceIDs", json_text_array(&ids));
}

static int gpu_capabilities(RunParse *p, struct json_object *o, const char *value)
{
        _cleanup_strvec_ StrVec names = {};
        struct json_object *all = json_object_new_array();

        if (!all || strvec_split(&names, value, ',') < 0 || strvec_add(&names, "gpu", 3) < 0 ||
            json_append(all, json_text_array(&names)) < 0) {
                json_object_put(all);
                return -ENOMEM;
        }
        return json_set(o, "Capabilities", all);
}

static int gpu_options(RunParse *p, struct json_object *o, const char *value)
{
        _cleanup_strvec_ StrVec fields = {};
        struct json_object *options = json_ensure(o, "Options", json_type_object);
        int r = csv_parse(value, &fields);

        if (r == -EINVAL)
                return run_parse_error(p, "the options are not comma-separated NAME=VALUE fields");
        for (size_t i = 0; r >= 0 && i < fields.n; i++) {
                const char *rest = NULL;
                _cleanup_free_ char *name = text_cut(fields.items[i], '=', &rest);

                r = options && name ? json_set_text(options, name, rest ? rest : "") : -ENOMEM;
        }
        return r;
}

static const struct {
        const char *name;
        int (*set)(RunParse *p, struct json_object *o, const char *value);
} gpu_fields[] = {
        { "count", gpu_count },     { "driver", gpu_driver },
        { "device", gpu_devices },  { "capabilities", gpu_capabilities },
        { "options", gpu_options },
};

/* seen: the keys so far, none of which may be repeated. A number or "all" without a key is a count. */
static int gpu_field(RunParse *p, struct json_object *o, struct json_object *seen, const char *field)
{
        const char *value = NULL;
        _cleanup_free_ char *name = text_cut(field, '=', &value);
        int r;

        if (!name)
                return -ENOMEM;
        if (json_object_object_get_ex(seen, name, NULL))
                return run_parse_error(p, "\"%.100s\" is given twice", name);
        if (json_set_bool(seen, name, true) < 0)
                return -ENOMEM;
        if (!value) {
                r = gpu_count(p, o, name);
                return r < 0 ? r : json_set_bool(seen, "count", true);
        }
        for (size_t i = 0; i < ELEMENTSOF(gpu_fields); i++)
                if (strcmp(gpu_fields[i].name, name) == 0)
                        return gpu_fields[i].set(p, o, value);
        return run_parse_error(p, "unknown key \"%.100s\"", name);
}

static int default_capabilities(struct json_object *o)
{
        struct json_object *all = json_ensure(o, "Capabilities", json_type_array),
                           *names = json_object_new_array();

        if (!all || json_append(all, names) < 0)
                return -ENOMEM;
        return json_append_string(names, "gpu");
}

int set_gpus(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        _cleanup_json_ struct json_object *o = json_object_new_object(), *seen = json_object_new_object();
        _cleanup_strvec_ StrVec fields = {};
        int r;

        if (!o || !seen)
                return -ENOMEM;
        r = csv_parse(value, &fields);
        if (r == -EINVAL)
                return run_parse_error(p, "not a record of comma-separated fields");
        for (size_t i = 0; r >= 0 && i < fields.n; i++)
                r = gpu_field(p, o, seen, fields.items[i]);
        if (r < 0)
                return r;
        if (!json_object_object_get_ex(o, "Count", NULL) && !json_object_object_get_ex(o, "DeviceIDs", NULL))
                r = json_set_int(o, "Count", 1);
        if (r >= 0 && !json_object_object_get_ex(o, "Capabilities", NULL))
                r = default_capabilities(o);
        return r < 0 ? r : json_append(p->gpus, TAKE_PTR(o));
}

/* Moves *s after a "*" or digits. */
static bool skip_number_or_star(const char **s)
{
        size_t n = strspn(*s, "0123456789");

        if (n == 0)
                n = **s == '*';
        *s += n;
        return n > 0;
}

/* "c 1:3 rwm" */
int set_device_cgroup_rule(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        const char *c = value;
        bool ok;
        size_t n;

        ok = *c && strchr("acb", *c++) && *c++ == ' ' && skip_number_or_star(&c) && *c++ == ':' &&
             skip_number_or_star(&c) && *c++ == ' ';
        n = ok ? strspn(c, "rwm") : 0;
        if (n < 1 || n > 3 || c[n])
                return run_parse_error(p, "not TYPE MAJOR:MINOR MODE");
        return append_string(p, spec, value);
}

/* PATH:NUMBER. Returns the text of the number, inside value; NULL: not of that form. *ret_path is NULL if
 * memory is short. */
static const char *split_block_device(RunParse *p, const char *value, char **ret_path)
{
        const char *rest = NULL;

        *ret_path = text_cut(value, ':', &rest);
        return *ret_path && text_starts_with(value, "/dev/") ? rest : NULL;
}

static int add_block_device(RunParse *p, const char *target, const char *path, const char *key,
                            struct json_object *number)
{
        struct json_object *o = json_object_new_object();
        int r = json_set(o, key, number);

        if (r < 0 || json_set_text(o, "Path", path) < 0) {
                json_object_put(o);
                return -ENOMEM;
        }
        return draft_append(p, target, o);
}

int set_throttle_bps(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        _cleanup_free_ char *path = NULL;
        const char *number = split_block_device(p, value, &path);
        int64_t rate;

        if (!path)
                return -ENOMEM;
        if (!number || parse_size(number, &rate) < 0 || rate < 0)
                return run_parse_error(p, "not /dev/PATH:NUMBER[UNIT]");
        return add_block_device(p, spec->target, path, "Rate", json_object_new_int64(rate));
}

int set_throttle_iops(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        _cleanup_free_ char *path = NULL;
        const char *number = split_block_device(p, value, &path);
        uint64_t rate;

        if (!path)
                return -ENOMEM;
        if (!number || parse_uint64(number, 10, UINT64_MAX, &rate) < 0)
                return run_parse_error(p, "not /dev/PATH:NUMBER");
        return add_block_device(p, spec->target, path, "Rate", json_object_new_uint64(rate));
}

int set_weight_device(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        _cleanup_free_ char *path = NULL;
        const char *number = split_block_device(p, value, &path);
        uint64_t weight;

        if (!path)
                return -ENOMEM;
        if (!number || parse_uint64(number, 10, UINT16_MAX, &weight) < 0 ||
            (weight > 0 && (weight < 10 || weight > 1000)))
                return run_parse_error(p, "not /dev/PATH:WEIGHT with a weight of 10 to 1000, or 0");
        return add_block_device(p, spec->target, path, "Weight", json_object_new_int64((int64_t) weight));
}
