/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* [{"Id": "…", "Names": ["/web", "/other/alias"], "Ports": [{"PublicPort": 8080, …}], …}, …] */

#include <errno.h>
#include <string.h>

#include "codec/engine/container-list.h"
#include "util/cleanup.h"
#include "util/text.h"
#include "json/json.h"

#define NAME_SIZE_MAX 255

static bool has_port(struct json_object *container, unsigned port)
{
        struct json_object *ports;

        if (json_get(container, "Ports", json_type_array, &ports) < 0)
                return false;
        for (size_t i = 0; i < json_object_array_length(ports); i++)
                if (json_int_or(json_object_array_get_idx(ports, i), "PublicPort", 0) == (int64_t) port)
                        return true;
        return false;
}

/* A link gives a container more names, "/other/alias". */
static char *own_name(struct json_object *container)
{
        struct json_object *names;

        if (json_get(container, "Names", json_type_array, &names) < 0)
                names = NULL;
        for (size_t i = 0; names && i < json_object_array_length(names); i++) {
                struct json_object *o = json_object_array_get_idx(names, i);
                const char *name = json_object_is_type(o, json_type_string) ? json_object_get_string(o) : "";

                if (name[0] == '/' && name[1] && !strchr(name + 1, '/'))
                        return text_one_line(name + 1, strlen(name + 1), NAME_SIZE_MAX);
        }
        return strdup("without a name");
}

int container_list_find(const char *body, size_t size, unsigned port, char **ret)
{
        _cleanup_json_ struct json_object *list = NULL;
        int r = json_parse(body, size, &list);

        if (r < 0)
                return r;
        if (!json_object_is_type(list, json_type_array))
                return -EINVAL;
        for (size_t i = 0; i < json_object_array_length(list); i++) {
                struct json_object *c = json_object_array_get_idx(list, i);

                if (!json_object_is_type(c, json_type_object) || !has_port(c, port))
                        continue;
                *ret = own_name(c);
                return *ret ? 0 : -ENOMEM;
        }
        return -ENOENT;
}
