/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Network=, and what podman does for a network without being asked. */

#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "network-options.h"
#include "util/text.h"

static bool is_kind(const char *value, const char *kind)
{
        size_t n = strlen(kind);

        return strncmp(value, kind, n) == 0 && (!value[n] || value[n] == ':');
}

static bool is_own_word(const char *value)
{
        return is_kind(value, "bridge") || is_kind(value, "host") || is_kind(value, "none") ||
               is_kind(value, "default");
}

static bool is_podmans(const char *value)
{
        return is_kind(value, "pasta") || is_kind(value, "slirp4netns") || is_kind(value, "private");
}

Networks networks_of(const Conversion *c)
{
        const KeyValues *v = conversion_values(c, "Network");
        Networks result = {};

        for (size_t i = 0; i < v->n; i++) {
                const char *value = v->items[i].text;
                size_t n = strcspn(value, ":");

                if (text_ends_with(value, n, ".container") || is_kind(value, "container"))
                        result.shared = result.joined = true;
                else if (is_kind(value, "none") || is_kind(value, "ns"))
                        result.shared = true;
                else if (!is_own_word(value) && !is_podmans(value))
                        result.own = true;
        }
        return result;
}

void add_network_names(Conversion *c)
{
        static const char *const names[] = { "host.containers.internal", "host.docker.internal" };
        const KeyValues *hosts = conversion_values(c, "AddHost");
        const char *hostname = conversion_text(c, "HostName");
        Networks networks = networks_of(c);

        for (size_t i = 0; i < ELEMENTSOF(names) && !networks.shared; i++) {
                bool given = false;

                for (size_t k = 0; k < hosts->n; k++)
                        given = given || strncmp(hosts->items[k].text, names[i], strlen(names[i])) == 0;
                if (!given)
                        conversion_runf(c, "add-host", "%s:host-gateway", names[i]);
        }
        if (hostname && networks.own)
                conversion_run(c, "network-alias", hostname);
}

/* An option after the network's name, as Docker writes it. */
static void add_option(Conversion *c, const UnitLine *line, Buffer *b, const char *option)
{
        static const struct {
                const char *podman, *docker;
        } options[] = {
                { "alias=", "alias=" },
                { "ip=", "ip=" },
                { "ip6=", "ip6=" },
                { "mac=", "mac-address=" },
                { "driver-opt=", "driver-opt=" },
        };

        for (size_t i = 0; i < ELEMENTSOF(options); i++)
                if (strncmp(option, options[i].podman, strlen(options[i].podman)) == 0) {
                        buffer_addf(b, ",%s%s", options[i].docker, option + strlen(options[i].podman));
                        return;
                }
        conversion_warn(c, line, NULL, "Network=: the option %s has no effect on Docker", option);
}

/* "name=N,alias=A" if there are options, else "N". options is NULL or follows the ":". */
static void join(Conversion *c, const UnitLine *line, const char *name, const char *options)
{
        _cleanup_buffer_ Buffer b = {};

        while (options && *options) {
                size_t n = strcspn(options, ",");
                _cleanup_free_ char *option = strndup(options, n);

                if (option)
                        add_option(c, line, &b, option);
                c->failed = c->failed || !option;
                options += n + (options[n] == ',');
        }
        c->failed = c->failed || b.failed;
        if (b.size > 0)
                conversion_runf(c, "network", "name=%s%s", name, buffer_text(&b));
        else
                conversion_run(c, "network", name);
}

/* The name servers of a .network file: Docker has them at the container only. */
static void add_name_servers(Conversion *c, const QuadletUnit *network)
{
        static const QuadletKey key = { .name = "DNS", .reading = READ_LINES, .commas = true };
        KeyValues v;
        Findings ignored = {};

        key_values_read(&network->file, "Network", &key, &v, &ignored);
        for (size_t i = 0; i < v.n; i++)
                conversion_run(c, "dns", v.items[i].text);
        c->failed = c->failed || v.failed;
        key_values_done(&v);
        findings_done(&ignored);
}

static void join_network_file(Conversion *c, const UnitLine *line, const char *value, size_t n)
{
        _cleanup_reference_ Reference r = {};

        if (!conversion_refer(c, line, value, n, &r))
                return;
        join(c, line, r.resource, value[n] ? value + n + 1 : NULL);
        add_name_servers(c, r.unit);
}

void refuse_network_keys(Conversion *c, const char *owner)
{
        static const char *const keys[] = { "PublishPort", "HostName", "AddHost", "DNS",         "DNSOption",
                                            "DNSSearch",   "IP",       "IP6",     "NetworkAlias" };

        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (conversion_values(c, keys[i])->n > 0)
                        conversion_error(c, conversion_line(c, keys[i]), NULL,
                                         "%s= belongs into %s, whose network is shared", keys[i], owner);
}

/* The network of another container goes with that container: so does this one. */
static void join_container_file(Conversion *c, const UnitLine *line, const char *value, size_t n)
{
        _cleanup_reference_ Reference r = {};

        if (!conversion_refer(c, line, value, n, &r))
                return;
        if (value[n]) {
                _cleanup_free_ char *cure = NULL;

                if (asprintf(&cure, "Network=%.*s", (int) n, value) < 0)
                        cure = NULL;
                conversion_error(c, line, cure, "Network=%s: a shared network takes no options", value);
                return;
        }
        refuse_network_keys(c, r.unit->name);
        words_addf(&c->unit_lines, "BindsTo=%s", r.service);
        conversion_runf(c, "network", "container:%s", r.resource);
}

void key_networks(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++) {
                const UnitLine *line = values->items[i].line;
                const char *value = values->items[i].text;
                size_t n = strcspn(value, ":");
                _cleanup_free_ char *name = NULL;

                if (strpbrk(value, " \t\"'"))
                        conversion_error(c, line, NULL,
                                         "Network=%s: the name of a network has no blanks and no quotes",
                                         value);
                else if (text_ends_with(value, n, ".network"))
                        join_network_file(c, line, value, n);
                else if (text_ends_with(value, n, ".container"))
                        join_container_file(c, line, value, n);
                else if (is_kind(value, "container")) {
                        refuse_network_keys(c, "the other container");
                        conversion_run(c, "network", value);
                } else if (is_kind(value, "ns"))
                        conversion_error(
                                c, line, NULL,
                                "Network=%s is not possible: Docker joins no network namespace by its path",
                                value);
                else if (is_podmans(value))
                        conversion_warn(c, line, "Network=bridge", "Network=%s is podman's; bridge is used",
                                        value);
                else {
                        name = strndup(value, n);
                        if (name)
                                join(c, line, strcmp(name, "default") == 0 ? "bridge" : name,
                                     value[n] ? value + n + 1 : NULL);
                        c->failed = c->failed || !name;
                }
        }
}

void key_network_alias(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        Networks networks = networks_of(c);

        if (!networks.own && !networks.joined) /* which has its own message */
                conversion_warn(c, values->last, "Network=NAME.network as well",
                                "NetworkAlias= has no effect: Docker's default network knows no names");
        for (size_t i = 0; i < values->n && networks.own; i++)
                conversion_run(c, "network-alias", values->items[i].text);
}

void key_address(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        Networks networks = networks_of(c);

        if (!networks.own && !networks.joined && !conversion_text(c, "Pod"))
                conversion_error(c, values->last, "Network=NAME.network as well",
                                 "%s=: Docker's default network gives out its addresses itself", key->name);
        else
                conversion_run(c, key->option, values->items[0].text);
}

void key_expose(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        bool joined = conversion_text(c, "Pod") || networks_of(c).joined;

        if (joined) /* Docker refuses it, and it means nothing */
                conversion_warn(c, values->last, NULL,
                                "ExposeHostPort= has no effect: the network is another container's");
        for (size_t i = 0; i < values->n && !joined; i++)
                conversion_run(c, "expose", values->items[i].text);
}

void key_dns(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        for (size_t i = 0; i < values->n; i++)
                if (strcmp(values->items[i].text, "none") == 0)
                        conversion_warn(
                                c, values->items[i].line, NULL,
                                "DNS=none has no effect: Docker always writes the container's resolv.conf");
                else
                        conversion_run(c, "dns", values->items[i].text);
}
