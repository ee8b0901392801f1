/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The text is read with json-c but changed with json-edit, because the file belongs to the administrator. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/daemon-config.h"
#include "codec/engine/engine-info.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"
#include "json/json-edit.h"
#include "json/json.h"

static const char *const our_entry[] = { "runtimes", ENGINE_RUNTIME_NAME, NULL };
static const char *const runtimes_entry[] = { "runtimes", NULL };

void daemon_config_done(DaemonConfig *c)
{
        free(c->our_path);
        free(c->default_runtime);
        free(c->default_path);
        *c = DAEMON_CONFIG_NULL;
}

static int dup_string(struct json_object *o, const char *name, char **ret)
{
        const char *s;

        if (json_get_string(o, name, &s) < 0)
                return 0;
        *ret = strdup(s);
        return *ret ? 0 : -ENOMEM;
}

static const char *parse_runtimes(struct json_object *o, struct json_object **ret)
{
        struct json_object *runtimes;

        *ret = NULL;
        if (!json_object_object_get_ex(o, "runtimes", &runtimes))
                return NULL;
        if (!json_object_is_type(runtimes, json_type_object))
                return "\"runtimes\" is no object";
        json_object_object_foreach(
                runtimes, name,
                runtime) if (!name ||
                             !json_object_is_type(
                                     runtime,
                                     json_type_object)) return "a member of \"runtimes\" is no object";
        *ret = runtimes;
        return NULL;
}

static int parse_members(struct json_object *o, struct json_object *runtimes, DaemonConfig *c)
{
        struct json_object *runtime, *arguments;
        int r = dup_string(o, "default-runtime", &c->default_runtime);

        if (r < 0 || !runtimes)
                return r;
        if (json_object_object_get_ex(runtimes, ENGINE_RUNTIME_NAME, &runtime)) {
                r = dup_string(runtime, "path", &c->our_path);
                if (r >= 0 && !c->our_path)
                        r = (c->our_path = strdup("")) ? 0 : -ENOMEM;
        }
        if (r < 0 || !c->default_runtime ||
            !json_object_object_get_ex(runtimes, c->default_runtime, &runtime))
                return r;
        c->default_has_arguments = json_get(runtime, "runtimeArgs", json_type_array, &arguments) >= 0 &&
                                   json_object_array_length(arguments) > 0;
        return dup_string(runtime, "path", &c->default_path);
}

int daemon_config_parse(const char *text, size_t size, DaemonConfig *ret, const char **ret_why)
{
        _cleanup_(daemon_config_done) DaemonConfig c = DAEMON_CONFIG_NULL;
        _cleanup_json_ struct json_object *o = NULL;
        struct json_object *runtimes;
        int r;

        if (text_is_blank(text, size)) {
                *ret = c;
                return 0;
        }
        *ret_why = "it is no plain JSON object";
        r = json_parse(text, size, &o);
        if (r == -ENOMEM)
                return r;
        if (r < 0 || !json_object_is_type(o, json_type_object) || json_edit_has(text, size, our_entry) < 0)
                return -EBADMSG;
        *ret_why = parse_runtimes(o, &runtimes);
        if (*ret_why)
                return -EBADMSG;
        r = parse_members(o, runtimes, &c);
        if (r < 0)
                return r;
        *ret = c;
        c = DAEMON_CONFIG_NULL;
        return 0;
}

int daemon_config_register(const char *text, size_t size, const char *path, char **ret_text,
                           size_t *ret_size)
{
        _cleanup_free_ char *quoted = json_edit_quote(path), *value = NULL;

        if (!quoted || asprintf(&value, "{\"path\": %s}", quoted) < 0)
                return -ENOMEM;
        if (text_is_blank(text, size)) {
                text = "{}\n";
                size = strlen(text);
        }
        return json_edit_set(text, size, our_entry, value, true, ret_text, ret_size);
}

static bool has_no_runtimes(const char *text, size_t size)
{
        _cleanup_json_ struct json_object *o = NULL;
        struct json_object *runtimes;

        return json_parse(text, size, &o) >= 0 &&
               json_get(o, "runtimes", json_type_object, &runtimes) >= 0 &&
               json_object_object_length(runtimes) == 0;
}

int daemon_config_unregister(const char *text, size_t size, char **ret_text, size_t *ret_size)
{
        return text_is_blank(text, size) ? -ENOENT
                                         : json_edit_delete(text, size, our_entry, ret_text, ret_size);
}

int daemon_config_tidy(const char *text, size_t size, char **ret_text, size_t *ret_size)
{
        return has_no_runtimes(text, size) ? json_edit_delete(text, size, runtimes_entry, ret_text, ret_size)
                                           : -ENOENT;
}
