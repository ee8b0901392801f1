/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Networks. The engine finds a network also by the beginning of its id, and may have several of one name. So
 * the list is asked for, and names are compared here. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "session.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/strv.h"

static int add_subnets(struct json_object *ipam, const EnsureOptions *o)
{
        struct json_object *list = o->subnets ? json_ensure(ipam, "Config", json_type_array) : NULL;
        size_t n_gateways = strv_length(o->gateways), n_ranges = strv_length(o->ip_ranges);
        int r = o->subnets && !list ? -ENOMEM : 0;

        for (size_t i = 0; o->subnets && o->subnets[i] && r >= 0; i++) {
                struct json_object *subnet = json_object_new_object();

                r = json_append(list, subnet);
                if (r >= 0)
                        r = json_set_string(subnet, "Subnet", o->subnets[i]);
                if (r >= 0 && i < n_gateways)
                        r = json_set_string(subnet, "Gateway", o->gateways[i]);
                if (r >= 0 && i < n_ranges)
                        r = json_set_string(subnet, "IPRange", o->ip_ranges[i]);
        }
        return r;
}

static int build(Session *s)
{
        const EnsureOptions *o = s->options;
        struct json_object *ipam;
        int r;

        s->body = json_object_new_object();
        r = s->body ? json_set_string(s->body, "Name", o->name) : -ENOMEM;
        if (r >= 0)
                r = json_set_string(s->body, "Driver", o->driver ?: "bridge");
        if (r >= 0)
                r = json_set_bool(s->body, "Internal", o->internal);
        if (r >= 0)
                r = json_set_bool(s->body, "EnableIPv6", o->ipv6);
        if (r >= 0 && (o->subnets || o->ipam_driver)) {
                ipam = json_ensure(s->body, "IPAM", json_type_object);
                r = ipam ? json_set_string(ipam, "Driver", o->ipam_driver ?: "default") : -ENOMEM;
                if (r >= 0)
                        r = add_subnets(ipam, o);
        }
        if (r >= 0)
                r = session_add_pairs(s->body, "Options", o->opts);
        if (r >= 0)
                r = session_add_pairs(s->body, "Labels", o->labels);
        return r >= 0 ? session_add_hash(s) : r;
}

/* The network of this name in the engine's list. */
static struct json_object *find(struct json_object *list, const char *name)
{
        for (size_t i = 0; i < json_object_array_length(list); i++) {
                struct json_object *network = json_object_array_get_idx(list, i);

                if (strcmp(json_string_or(network, "Name", ""), name) == 0)
                        return network;
        }
        return NULL;
}

static void ask(Session *s);

static void on_created(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Session *s = ASSERT_PTR(userdata);

        if (r == -EEXIST && !s->created) { /* somebody else was faster: compare with that one */
                s->created = true;
                ask(s);
                return;
        }
        if (r < 0) {
                session_fail_engine(s, reply, "Failed to create network %s", s->options->name);
                return;
        }
        log_info("Created network %s.", s->options->name);
        session_end(s, EXIT_SUCCESS);
}

static void create(Session *s)
{
        static const EngineRequestOps ops = { .on_done = on_created };

        /* Older engines create a second network of the same name without it. */
        if (json_set_bool(s->body, "CheckDuplicate", true) < 0)
                session_fail(s, "Failed to create network %s: out of memory", s->options->name);
        else
                session_send(s, "POST", strdup("/networks/create"), s->body, &ops);
}

static void on_removed(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Session *s = ASSERT_PTR(userdata);

        if (r < 0 && r != -ENOENT)
                session_fail_engine(s, reply, "Failed to remove network %s", s->options->name);
        else
                session_end(s, EXIT_SUCCESS);
}

static void remove_network(Session *s, struct json_object *network)
{
        static const EngineRequestOps ops = { .on_done = on_removed };
        _cleanup_free_ char *id = engine_escape(json_string_or(network, "Id", ""));
        char *path = NULL;

        if (id && asprintf(&path, "/networks/%s", id) < 0)
                path = NULL;
        session_send(s, "DELETE", path, NULL, &ops);
}

static void on_list(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Session *s = ASSERT_PTR(userdata);
        _cleanup_json_ struct json_object *list = NULL;
        struct json_object *network;

        if (r < 0) {
                session_fail_engine(s, reply, "Failed to look for network %s", s->options->name);
                return;
        }
        r = json_parse(reply->body, reply->size, &list);
        if (r < 0 || !json_object_is_type(list, json_type_array)) {
                session_fail(s, "The engine's list of networks is malformed (GET /networks).");
                return;
        }
        network = find(list, s->options->name);
        if (network && s->options->remove) {
                remove_network(s, network);
                return;
        }
        if (!network && !s->options->remove && !s->created) {
                create(s);
                return;
        }
        if (network)
                session_compare(s, s->body, network);
        else if (!s->options->remove) {
                session_fail(s, "Failed to create network %s: the engine has it, and has it not",
                             s->options->name);
                return;
        }
        session_end(s, EXIT_SUCCESS);
}

static void ask(Session *s)
{
        static const EngineRequestOps ops = { .on_done = on_list };

        session_send(s, "GET", strdup("/networks"), NULL, &ops);
}

void network_start(Session *s)
{
        if (!s->options->remove && build(s) < 0)
                session_fail(s, "Failed to create network %s: out of memory", s->options->name);
        else
                ask(s);
}
