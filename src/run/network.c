/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --network and the options that belong to it. Each given network is { "Target": NAME, "Endpoint": {…} } in
 * p->networks. Options that do not name a network (--ip, --network-alias, --link, …) belong to the first
 * one. */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "address.h"
#include "csv.h"
#include "number.h"
#include "run-parse.h"
#include "run-setters.h"
#include "run-subjects.h"
#include "text.h"
#include "util/macro.h"
#include "json/json.h"

/* Whether the network is user-defined: not host, none, bridge or default, and not the network of another
 * container. */
static bool network_is_user_defined(const char *name)
{
        static const char *const others[] = { "default", "bridge", "host", "none" };

        for (size_t i = 0; i < ELEMENTSOF(others); i++)
                if (strcmp(name, others[i]) == 0)
                        return false;
        return !text_starts_with(name, "container:") && strcmp(name, "container") != 0;
}

static struct json_object *ipam(struct json_object *endpoint)
{
        return json_ensure(endpoint, "IPAMConfig", json_type_object);
}

static int add_to(struct json_object *parent, const char *key, const char *value)
{
        struct json_object *array = parent ? json_ensure(parent, key, json_type_array) : NULL;

        return array ? json_append_text(array, value) : -ENOMEM;
}

static int field_name(RunParse *p, struct json_object *network, const char *value)
{
        return json_set_text(network, "Target", value);
}

static struct json_object *endpoint_of(struct json_object *network)
{
        return json_ensure(network, "Endpoint", json_type_object);
}

static int field_alias(RunParse *p, struct json_object *network, const char *value)
{
        return add_to(endpoint_of(network), "Aliases", value);
}

/* An empty value removes an earlier one. */
static int set_or_remove(struct json_object *parent, const char *key, const char *value)
{
        if (*value)
                return json_set_text(parent, key, value);
        json_object_object_del(parent, key);
        return 0;
}

static int set_address(struct json_object *endpoint, const char *key, const char *value)
{
        int r = set_or_remove(ipam(endpoint), key, value);

        if (r >= 0 && json_object_object_length(ipam(endpoint)) == 0)
                json_object_object_del(endpoint, "IPAMConfig");
        return r;
}

static int field_ip(RunParse *p, struct json_object *network, const char *value)
{
        return set_address(endpoint_of(network), "IPv4Address", value);
}

static int field_ip6(RunParse *p, struct json_object *network, const char *value)
{
        return set_address(endpoint_of(network), "IPv6Address", value);
}

static int field_link_local(RunParse *p, struct json_object *network, const char *value)
{
        return add_to(ipam(endpoint_of(network)), "LinkLocalIPs", value);
}

static int field_mac(RunParse *p, struct json_object *network, const char *value)
{
        return set_or_remove(endpoint_of(network), "MacAddress", value);
}

static int field_driver_opt(RunParse *p, struct json_object *network, const char *value)
{
        const char *rest = NULL;
        _cleanup_free_ char *raw_name = text_cut(value, '=', &rest), *name = NULL, *trimmed = NULL;
        struct json_object *o;

        if (!raw_name)
                return -ENOMEM;
        if (!rest || !*raw_name)
                return run_parse_error(p, "driver-opt is not NAME=VALUE");
        name = text_trim(raw_name);
        trimmed = text_trim(rest);
        o = json_ensure(endpoint_of(network), "DriverOpts", json_type_object);
        return name && trimmed && o ? json_set_text(o, name, trimmed) : -ENOMEM;
}

static int field_priority(RunParse *p, struct json_object *network, const char *value)
{
        int64_t priority;

        if (parse_int64(value, 10, &priority) < 0)
                return run_parse_error(p, "gw-priority is not a whole number");
        if (priority == 0) {
                json_object_object_del(endpoint_of(network), "GwPriority");
                return 0;
        }
        return json_set_int(endpoint_of(network), "GwPriority", priority);
}

static const struct NetworkField {
        const char *name;
        int (*set)(RunParse *p, struct json_object *network, const char *value);
} network_fields[] = {
        { "name", field_name },
        { "alias", field_alias },
        { "ip", field_ip },
        { "ip6", field_ip6 },
        { "mac-address", field_mac },
        { "link-local-ip", field_link_local },
        { "driver-opt", field_driver_opt },
        { "gw-priority", field_priority },
};

static int set_field(RunParse *p, struct json_object *network, const char *field)
{
        _cleanup_free_ char *lower = text_lower(field), *raw_name = NULL, *name = NULL, *value = NULL;
        const char *rest = NULL;

        if (!lower)
                return -ENOMEM;
        raw_name = text_cut(lower, '=', &rest);
        if (!raw_name)
                return -ENOMEM;
        if (!rest || !*raw_name)
                return run_parse_error(p, "\"%.100s\" is not NAME=VALUE", field);
        name = text_trim(raw_name);
        value = text_trim(rest);
        if (!name || !value)
                return -ENOMEM;
        for (size_t i = 0; i < ELEMENTSOF(network_fields); i++)
                if (strcmp(network_fields[i].name, name) == 0)
                        return network_fields[i].set(p, network, value);
        return run_parse_error(p, "unknown key \"%.100s\"", name);
}

/* With a word character on both sides of a '=', s consists of NAME=VALUE fields; otherwise it is the name of
 * a network. */
static bool has_fields(const char *s)
{
        for (const char *c = strchr(s, '='); c; c = strchr(c + 1, '='))
                if (c > s && (c[-1] == '_' || (isascii(c[-1]) && isalnum((unsigned char) c[-1]))) &&
                    (c[1] == '_' || (isascii(c[1]) && isalnum((unsigned char) c[1]))))
                        return true;
        return false;
}

int set_network(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        _cleanup_json_ struct json_object *network = json_object_new_object();
        _cleanup_strvec_ StrVec fields = {};
        int r;

        if (!network || !endpoint_of(network))
                return -ENOMEM;
        if (has_fields(value)) {
                r = csv_parse(value, &fields);
                if (r == -EINVAL)
                        return run_parse_error(p, "not a record of comma-separated NAME=VALUE fields");
                for (size_t i = 0; r >= 0 && i < fields.n; i++)
                        r = set_field(p, network, fields.items[i]);
                if (r < 0)
                        return r;
                if (!*json_string_or(network, "Target", ""))
                        return run_parse_error(p, "the name of the network is missing");
        } else {
                r = json_set_text(network, "Target", value);
                if (r < 0)
                        return r;
        }
        return json_append(p->networks, TAKE_PTR(network));
}

int set_link(RunParse *p, const RunOptionSpec *spec, const char *value)
{
        const char *first = strchr(value, ':');

        if (!*value || (first && strchr(first + 1, ':')))
                return run_parse_error(p, "not CONTAINER[:ALIAS]");
        if (strvec_add(p->lists + LIST_LINK, value, strlen(value)) < 0)
                return -ENOMEM;
        return append_string(p, spec, value);
}

/* Applies an option to the first network, for which --network must not already have set the same. */
static int apply_string(RunParse *p, struct json_object *network, RunString index, const char *option,
                        const char *path, int (*set)(RunParse *, struct json_object *, const char *))
{
        const char *value = p->strings[index];

        if (!value || !*value)
                return 0;
        if (*json_string_or(network, path, ""))
                return run_parse_error_at(p, option, value, "--network sets it for the same network");
        return set(p, network, value);
}

static int apply_list(RunParse *p, struct json_object *network, RunList list, const char *option,
                      const char *path, int (*set)(RunParse *, struct json_object *, const char *))
{
        struct json_object *own;
        const StrVec *v = p->lists + list;
        int r = 0;

        if (v->n > 0 && json_get(network, path, json_type_array, &own) >= 0)
                return run_parse_error_at(p, option, v->items[0], "--network sets it for the same network");
        for (size_t i = 0; r >= 0 && i < v->n; i++)
                r = set(p, network, v->items[i]);
        return r;
}

static int field_link(RunParse *p, struct json_object *network, const char *value)
{
        return add_to(endpoint_of(network), "Links", value);
}

static int apply_options(RunParse *p, struct json_object *network)
{
        int r;

        r = apply_list(p, network, LIST_NETWORK_ALIAS, "--network-alias", "Endpoint/Aliases", field_alias);
        if (r >= 0 && network_is_user_defined(json_string_or(network, "Target", "")))
                r = apply_list(p, network, LIST_LINK, "--link", "Endpoint/Links", field_link);
        if (r >= 0)
                r = apply_string(p, network, STRING_IP, "--ip", "Endpoint/IPAMConfig/IPv4Address", field_ip);
        if (r >= 0)
                r = apply_string(p, network, STRING_IP6, "--ip6", "Endpoint/IPAMConfig/IPv6Address",
                                 field_ip6);
        if (r >= 0)
                r = apply_string(p, network, STRING_MAC_ADDRESS, "--mac-address", "Endpoint/MacAddress",
                                 field_mac);
        if (r >= 0)
                r = apply_list(p, network, LIST_LINK_LOCAL_IP, "--link-local-ip",
                               "Endpoint/IPAMConfig/LinkLocalIPs", field_link_local);
        return r;
}

static int check_network(RunParse *p, struct json_object *network, const char *target)
{
        _cleanup_free_ char *bare = text_trim(target);
        const char *mac = json_string_or(network, "Endpoint/MacAddress", "");
        struct json_object *aliases;

        if (!bare)
                return -ENOMEM;
        if (!*bare)
                return run_parse_error_at(p, "--network", target, "the name of the network is missing");
        if (!network_is_user_defined(target) &&
            json_get(network, "Endpoint/Aliases", json_type_array, &aliases) >= 0)
                return run_parse_error_at(p, "--network-alias",
                                          json_object_get_string(json_object_array_get_idx(aliases, 0)),
                                          "only for user-defined networks");
        if (*mac) {
                if (!mac_address_valid(mac))
                        return run_parse_error_at(p, "--mac-address", mac, "not a MAC address");
                p->o->hidden->mac_address = true;
        }
        return 0;
}

static int add_endpoint(RunParse *p, struct json_object *network, const char *target, bool only)
{
        struct json_object *endpoint = endpoint_of(network), *endpoints;

        /* For one network without settings, the engine creates the endpoint itself. */
        if (only && json_object_object_length(endpoint) == 0)
                return 0;
        endpoints = draft_ensure(p, "NetworkingConfig/EndpointsConfig", json_type_object);
        if (!endpoints)
                return -ENOMEM;
        if (json_object_object_get_ex(endpoints, target, NULL))
                return run_parse_error_at(p, "--network", target, "given twice");
        return json_set_any(endpoints, target, json_object_get(endpoint));
}

static int check_mixture(RunParse *p)
{
        size_t n = json_object_array_length(p->networks), user_defined = 0;

        for (size_t i = 0; i < n; i++)
                user_defined += network_is_user_defined(
                        json_string_or(json_object_array_get_idx(p->networks, i), "Target", ""));
        if (user_defined > 0 && user_defined < n)
                return cli_error(p->reterr, CLI_EXIT_REFUSED,
                                 "--network cannot mix user-defined networks with bridge, host, none or the "
                                 "network of a container");
        return 0;
}

int finish_networks(RunParse *p)
{
        bool given = json_object_array_length(p->networks) > 0;
        size_t n;
        int r = 0;

        if (!given) {
                struct json_object *network = json_object_new_object();

                if (json_append(p->networks, network) < 0 ||
                    json_set_string(network, "Target", "default") < 0)
                        return -ENOMEM;
        }
        n = json_object_array_length(p->networks);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                struct json_object *network = json_object_array_get_idx(p->networks, i);
                const char *target = json_string_or(network, "Target", "");

                if (i == 0)
                        r = apply_options(p, network);
                if (r >= 0)
                        r = check_network(p, network, target);
                if (r >= 0 && i == 0 && given)
                        r = draft_set(p, "HostConfig/NetworkMode", json_text(target));
                if (r >= 0)
                        r = add_endpoint(p, network, target, n == 1);
        }
        return r < 0 ? r : check_mixture(p);
}
