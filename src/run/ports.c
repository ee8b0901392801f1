/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* --publish and --expose: [ADDRESS:][PORT[-PORT]:]PORT[-PORT][/PROTOCOL], expanded to one entry for each
 * port. */

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "run-parse.h"
#include "run-subjects.h"
#include "text.h"
#include "util/macro.h"
#include "json/json.h"

/* One option can create 65,536 bindings. Sixteen times that is more than any host has. Without a limit, a
 * long command line could use up all memory. */
#define PORTS_MAX (16 * 65536)

typedef struct PortRange {
        unsigned first, last;
} PortRange;

/* Text after a second '-' is ignored, as in the CLI. */
static int parse_port_range(const char *s, PortRange *ret)
{
        _cleanup_strvec_ StrVec parts = {};
        uint64_t first, last;
        int r;

        r = strvec_split(&parts, s, '-');
        if (r >= 0)
                r = parse_uint64(parts.items[0], 10, UINT16_MAX, &first);
        if (r >= 0)
                r = parse_uint64(parts.items[parts.n > 1], 10, UINT16_MAX, &last);
        if (r < 0)
                return r;
        if (last < first)
                return -EINVAL;
        *ret = (PortRange){ (unsigned) first, (unsigned) last };
        return 0;
}

/* Splits "80/udp". *ret_port is "" if there is no port, *ret_protocol is "tcp" if no protocol is given. Text
 * after a second '/' is ignored, as in the CLI. */
static int split_protocol(const char *s, char **ret_port, char **ret_protocol)
{
        _cleanup_strvec_ StrVec parts = {};
        _cleanup_free_ char *port = NULL, *protocol = NULL;

        if (strvec_split(&parts, s, '/') < 0)
                return -ENOMEM;
        port = strdup(parts.items[0]);
        protocol = strdup(parts.n > 1 && *parts.items[1] ? parts.items[1] : "tcp");
        if (!port || !protocol)
                return -ENOMEM;
        *ret_port = TAKE_PTR(port);
        *ret_protocol = TAKE_PTR(protocol);
        return 0;
}

static int count_ports(RunParse *p, const char *option, const char *value, const PortRange *range)
{
        p->ports += range->last - range->first + 1;
        return p->ports > PORTS_MAX ? run_parse_error_at(p, option, value, "too many ports") : 0;
}

static int add_exposed(struct json_object *exposed, unsigned port, const char *protocol)
{
        _cleanup_free_ char *key = NULL;

        if (asprintf(&key, "%u/%s", port, protocol) < 0)
                return -ENOMEM;
        if (json_object_object_get_ex(exposed, key, NULL))
                return 0;
        return json_set_any(exposed, key, json_object_new_object());
}

static int add_binding(struct json_object *bindings, unsigned port, const char *protocol,
                       const char *address, const char *host_port)
{
        struct json_object *array, *binding;
        char key[32];

        (void) snprintf(key, sizeof(key), "%u/%s", port, protocol);
        array = json_ensure(bindings, key, json_type_array);
        binding = json_object_new_object();
        if (!array || json_append(array, binding) < 0)
                return -ENOMEM;
        if (*address && json_set_text(binding, "HostIp", address) < 0)
                return -ENOMEM;
        return json_set_string(binding, "HostPort", host_port);
}

/* The parts of one --publish. */
typedef struct PortSpec {
        char *address, *host, *container, *protocol;
} PortSpec;

static void port_spec_done(PortSpec *s)
{
        free(s->address);
        free(s->host);
        free(s->container);
        free(s->protocol);
}

/* Splits at the last two colons: an IPv6 address contains colons itself, and may be in brackets. */
static int split_spec(const char *s, PortSpec *ret)
{
        const char *last = strrchr(s, ':'), *host = s, *address_end = NULL;
        size_t size = 0;

        if (last) {
                for (const char *c = s; c < last; c++)
                        if (*c == ':')
                                address_end = c;
                host = address_end ? address_end + 1 : s;
        }
        if (address_end)
                size = (size_t) (address_end - s);
        if (size > 0 && *s == '[') {
                /* Without a ']' at the end, the '[' stays, and the text is not a valid address. "[]" is
                 * empty. */
                if (s[size - 1] == ']' && size > 1) {
                        s++;
                        size -= 2;
                }
        }
        ret->address = strndup(s, size);
        ret->host = last ? strndup(host, (size_t) (last - host)) : strdup("");
        if (!ret->address || !ret->host)
                return -ENOMEM;
        return split_protocol(last ? last + 1 : s, &ret->container, &ret->protocol);
}

static bool is_address(const char *s)
{
        uint8_t bytes[16];

        return inet_pton(AF_INET, s, bytes) == 1 || inet_pton(AF_INET6, s, bytes) == 1;
}

static int publish_ports(RunParse *p, const PortSpec *s, const PortRange *container, const PortRange *host)
{
        struct json_object *exposed = draft_ensure(p, "ExposedPorts", json_type_object);
        struct json_object *bindings = draft_ensure(p, "HostConfig/PortBindings", json_type_object);
        bool one = container->first == container->last;

        if (!exposed || !bindings)
                return -ENOMEM;
        for (unsigned i = 0; i <= container->last - container->first; i++) {
                char host_port[32] = "";

                if (*s->host && one && host->first != host->last)
                        (void) snprintf(host_port, sizeof(host_port), "%u-%u", host->first, host->last);
                else if (*s->host)
                        (void) snprintf(host_port, sizeof(host_port), "%u", host->first + i);
                if (add_exposed(exposed, container->first + i, s->protocol) < 0 ||
                    add_binding(bindings, container->first + i, s->protocol, s->address, host_port) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* value: what the user wrote; s: the same in the standard notation. */
static int publish(RunParse *p, const char *value, const char *s)
{
        _cleanup_(port_spec_done) PortSpec spec = {};
        PortRange container, host = {};
        char *lower;
        int r;

        if (split_spec(s, &spec) < 0)
                return -ENOMEM;
        lower = text_lower(spec.protocol);
        if (!lower)
                return -ENOMEM;
        free(spec.protocol);
        spec.protocol = lower;

        if (*spec.address && !is_address(spec.address))
                return run_parse_error_at(p, "--publish", value, "\"%.100s\" is not an IP address",
                                          spec.address);
        if (!*spec.container)
                return run_parse_error_at(p, "--publish", value, "the port of the container is missing");
        if (parse_port_range(spec.container, &container) < 0)
                return run_parse_error_at(p, "--publish", value,
                                          "\"%.100s\" is not a port or range of ports", spec.container);
        if (*spec.host && parse_port_range(spec.host, &host) < 0)
                return run_parse_error_at(p, "--publish", value,
                                          "\"%.100s\" is not a port or range of ports", spec.host);
        if (*spec.host && container.last - container.first != host.last - host.first &&
            container.last != container.first)
                return run_parse_error_at(p, "--publish", value, "the two ranges differ in length");
        if (strcmp(lower, "tcp") != 0 && strcmp(lower, "udp") != 0 && strcmp(lower, "sctp") != 0)
                return run_parse_error_at(p, "--publish", value,
                                          "the protocol must be one of tcp, udp, sctp");
        r = count_ports(p, "--publish", value, &container);
        return r < 0 ? r : publish_ports(p, &spec, &container, &host);
}

/* "published=8080,target=80,protocol=udp"; other keys are ignored. */
static int publish_fields(RunParse *p, const char *value)
{
        _cleanup_strvec_ StrVec fields = {};
        _cleanup_free_ char *standard = NULL;
        const char *published = "", *target = "", *protocol = "tcp";
        struct {
                const char *name;
                const char **value;
        } keys[] = { { "published", &published }, { "target", &target }, { "protocol", &protocol } };

        if (strvec_split(&fields, value, ',') < 0)
                return -ENOMEM;
        for (size_t i = 0; i < fields.n; i++) {
                char *name = fields.items[i], *equal = strchr(name, '=');

                if (!equal || equal == name)
                        return run_parse_error_at(p, "--publish", value, "\"%.100s\" is not NAME=VALUE",
                                                  name);
                *equal = 0;
                for (size_t k = 0; k < ELEMENTSOF(keys); k++)
                        if (strcmp(keys[k].name, name) == 0)
                                *keys[k].value = equal + 1;
        }
        if (asprintf(&standard, "%s:%s/%s", published, target, protocol) < 0)
                return -ENOMEM;
        return publish(p, value, standard);
}

static int expose(RunParse *p, const char *value)
{
        _cleanup_free_ char *port = NULL, *protocol = NULL;
        struct json_object *exposed;
        PortRange range;
        int r;

        if (strchr(value, ':'))
                return run_parse_error_at(p, "--expose", value, "use --publish for a port of the host");
        if (split_protocol(value, &port, &protocol) < 0)
                return -ENOMEM;
        if (parse_port_range(port, &range) < 0)
                return run_parse_error_at(p, "--expose", value, "not a port or range of ports");
        r = count_ports(p, "--expose", value, &range);
        if (r < 0)
                return r;
        exposed = draft_ensure(p, "ExposedPorts", json_type_object);
        for (unsigned i = range.first; i <= range.last; i++)
                if (!exposed || add_exposed(exposed, i, protocol) < 0)
                        return -ENOMEM;
        return 0;
}

int finish_ports(RunParse *p)
{
        const StrVec *published = p->lists + LIST_PUBLISH, *exposed = p->lists + LIST_EXPOSE;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < published->n; i++) {
                const char *value = published->items[i];

                r = strchr(value, '=') ? publish_fields(p, value) : publish(p, value, value);
        }
        for (size_t i = 0; r >= 0 && i < exposed->n; i++)
                r = expose(p, exposed->items[i]);
        return r;
}
