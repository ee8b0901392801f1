/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* docker's config.json, as far as `docker run` reads it: proxies for the container, and detachKeys. The
 * logins are read when an image is pulled. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client-config.h"
#include "text.h"
#include "util/macro.h"
#include "json/json.h"

static const char *const proxy_names[][2] = {
        { "httpProxy", "HTTP_PROXY" }, { "httpsProxy", "HTTPS_PROXY" }, { "ftpProxy", "FTP_PROXY" },
        { "noProxy", "NO_PROXY" },     { "allProxy", "ALL_PROXY" },
};

static int add_proxy(struct json_object *o, const char *name, const char *value)
{
        _cleanup_free_ char *lower = text_lower(name);

        if (!lower)
                return -ENOMEM;
        if (!json_object_object_get_ex(o, name, NULL) && json_set_string(o, name, value) < 0)
                return -ENOMEM;
        if (!json_object_object_get_ex(o, lower, NULL) && json_set_string(o, lower, value) < 0)
                return -ENOMEM;
        return 0;
}

/* Names of members are compared without regard to case, as in the CLI (Go). */
int proxies_parse(const char *data, size_t size, const char *host, struct json_object *o)
{
        _cleanup_json_ struct json_object *config = NULL;
        struct json_object *proxies, *entry = NULL;
        int r;

        r = json_parse_file(data, size, &config);
        if (r < 0)
                return r;
        if (!json_object_is_type(config, json_type_object))
                return 0;
        proxies = json_get_any_case(config, "proxies");
        if (!json_object_is_type(proxies, json_type_object))
                return 0;
        if (!json_object_object_get_ex(proxies, host, &entry))
                (void) json_object_object_get_ex(proxies, "default", &entry);
        if (!json_object_is_type(entry, json_type_object))
                return 0;
        for (size_t i = 0; i < ELEMENTSOF(proxy_names); i++) {
                struct json_object *value = json_get_any_case(entry, proxy_names[i][0]);

                if (!json_object_is_type(value, json_type_string) || json_object_get_string_len(value) == 0)
                        continue;
                if (add_proxy(o, proxy_names[i][1], json_object_get_string(value)) < 0)
                        return -ENOMEM;
        }
        return 0;
}

int detach_keys_parse(const char *data, size_t size, char **ret)
{
        _cleanup_json_ struct json_object *config = NULL;
        const char *keys;
        int r = json_parse_file(data, size, &config);

        if (r < 0)
                return r;
        if (!json_object_is_type(config, json_type_object) ||
            json_get_string_any_case(config, "detachKeys", &keys) < 0 || !*keys)
                return 0;
        *ret = strdup(keys);
        return *ret ? 0 : -ENOMEM;
}
