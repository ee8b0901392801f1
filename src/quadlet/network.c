/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* [Network]: `systemd-docker network ensure` creates what is missing, and leaves what exists. */

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "handlers.h"
#include "verb.h"

void network_begin(Conversion *c)
{
        begin_verb(c, "network ensure");
}

void key_interface_name(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        conversion_runf(c, "opt", "com.docker.network.bridge.name=%s", values->items[0].text);
}

void key_ipam_driver(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        const char *driver = values->items[0].text;

        if (strcmp(driver, "dhcp") == 0)
                conversion_error(c, values->items[0].line, "IPAMDriver=host-local",
                                 "IPAMDriver=dhcp is not possible: Docker gives out the addresses itself");
        else if (strcmp(driver, "none") == 0 || strcmp(driver, "null") == 0)
                conversion_run(c, "ipam-driver", "null");
}

static bool has_name(const char *pair, const char *name)
{
        size_t n = strlen(name);

        return strncmp(pair, name, n) == 0 && (!pair[n] || pair[n] == '=');
}

void key_network_options(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        static const char *const podmans[] = {
                "metric", "vrf", "no_default_route", "vlan", "bclim", "mode"
        };

        for (size_t i = 0; i < values->n; i++) {
                const char *pair = values->items[i].text;
                bool dropped = has_name(pair, "isolate");

                for (size_t k = 0; k < ELEMENTSOF(podmans); k++)
                        if (has_name(pair, podmans[k])) {
                                conversion_warn(c, values->items[i].line, NULL,
                                                "Options=%s has no effect on Docker", pair);
                                dropped = true;
                        }
                if (dropped)
                        continue;
                if (has_name(pair, "mtu"))
                        conversion_runf(c, "opt", "com.docker.network.driver.%s", pair);
                else
                        conversion_run(c, "opt", pair);
        }
}

void key_network_args(Conversion *c, const QuadletKey *key, const KeyValues *values)
{
        add_verb_words(c, values, "driver|opt|label|subnet|gateway|ip-range|internal!|ipv6!|ipam-driver");
}

/* Whether an address is in a subnet. Both are valid, or of other families; then the engine says so. */
static bool is_inside(const char *address, const char *subnet)
{
        const char *slash = strchr(subnet, '/');
        _cleanup_free_ char *base = slash ? strndup(subnet, (size_t) (slash - subnet)) : NULL;
        unsigned char a[sizeof(struct in6_addr)], b[sizeof(struct in6_addr)];
        int family = strchr(address, ':') ? AF_INET6 : AF_INET;
        unsigned long bits = slash ? strtoul(slash + 1, NULL, 10) : 0;

        if (!base || inet_pton(family, address, a) != 1 || inet_pton(family, base, b) != 1)
                return true;
        for (size_t i = 0; i < bits && i < sizeof(a) * 8; i++)
                if ((a[i / 8] ^ b[i / 8]) & 0x80 >> i % 8)
                        return false;
        return true;
}

/* The gateway and the range belong to the subnet at the same position. */
static void add_subnets(Conversion *c)
{
        const KeyValues *subnets = conversion_values(c, "Subnet");
        static const struct {
                const char *key, *option;
        } others[] = { { "Gateway", "gateway" }, { "IPRange", "ip-range" } };

        for (size_t i = 0; i < subnets->n; i++)
                conversion_run(c, "subnet", subnets->items[i].text);
        for (size_t k = 0; k < ELEMENTSOF(others); k++) {
                const KeyValues *v = conversion_values(c, others[k].key);

                if (v->n > subnets->n)
                        conversion_error(c, v->last, "Subnet= as well",
                                         "%s=: there are more of them than of Subnet=", others[k].key);
                for (size_t i = 0; i < v->n; i++) {
                        if (k == 0 && i < subnets->n && !is_inside(v->items[i].text, subnets->items[i].text))
                                conversion_error(c, v->items[i].line, NULL,
                                                 "Gateway=%s is not in the subnet %s", v->items[i].text,
                                                 subnets->items[i].text);
                        conversion_run(c, others[k].option, v->items[i].text);
                }
        }
}

void network_end(Conversion *c)
{
        _cleanup_free_ char *name = quadlet_resource_name(c->unit, NULL);
        const char *given = conversion_text(c, "NetworkName");
        _cleanup_buffer_ Buffer b = {};

        if (!name) {
                c->failed = true;
                return;
        }
        add_subnets(c);
        words_add(&c->command, given ?: name);
        if (!conversion_truth(c, "NetworkDeleteOnStop", false))
                return;
        word_quote(&b, c->config->program);
        buffer_add(&b, " network remove ");
        word_quote(&b, given ?: name);
        c->failed = c->failed || b.failed;
        words_add(&c->after, buffer_text(&b));
}
