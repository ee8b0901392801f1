/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The body of POST /containers/create: the draft of the options, adapted to the engine's API version, with
 * the additions of the supervisor. Only members that are set are sent, because the engine treats an absent
 * member as zero. `docker inspect` however shows whether some lists were empty or absent: these are sent as
 * the CLI sends them. */

#include <errno.h>
#include <string.h>

#include "run-option-table.h"
#include "run-parse.h"
#include "run/run-request.h"
#include "util/macro.h"
#include "util/strv.h"
#include "json/json.h"

static bool older_than(const ApiVersion *v, unsigned minor)
{
        return v->major < 1 || (v->major == 1 && v->minor < minor);
}

static int refuse_old_engine(const RunOptions *o, const ApiVersion *v, CliError *reterr)
{
        for (size_t i = 0; i < run_option_table_size; i++) {
                const RunOptionSpec *spec = run_option_table + i;

                if (o->hidden->given[i] && older_than(v, spec->api_minor))
                        return cli_error(reterr, CLI_EXIT_USAGE,
                                         "--%s needs an engine with API 1.%u, this one has %u.%u",
                                         spec->name, spec->api_minor, v->major, v->minor);
        }
        if (o->hidden->recursive_readonly && older_than(v, 44))
                return cli_error(reterr, CLI_EXIT_REFUSED,
                                 "--mount with bind-recursive=readonly needs an engine with API 1.44, this "
                                 "one has %u.%u",
                                 v->major, v->minor);
        return 0;
}

/* Before API 1.44, a container had one MAC address, which was not a setting of a network. */
static int lower_mac_address(const RunOptions *o, struct json_object *body, CliError *reterr)
{
        const char *first = o->network_mode ? o->network_mode : "default";
        struct json_object *endpoints, *networking;

        if (!o->hidden->mac_address)
                return 0;
        if (json_get(body, "NetworkingConfig/EndpointsConfig", json_type_object, &endpoints) < 0)
                return 0;
        json_object_object_foreach(endpoints, name, endpoint)
        {
                const char *mac = json_string_or(endpoint, "MacAddress", NULL);

                if (!mac)
                        continue;
                if (strcmp(name, first) != 0)
                        return cli_error(reterr, CLI_EXIT_REFUSED,
                                         "a MAC address in --network needs an engine with API 1.44");
                if (json_set_string(body, "MacAddress", mac) < 0)
                        return -ENOMEM;
                json_object_object_del(endpoint, "MacAddress");
        }
        /* If nothing else was set, the engine creates the endpoint itself. */
        if (json_object_object_length(endpoints) == 1 &&
            json_object_object_get_ex(endpoints, first, &networking) &&
            json_object_object_length(networking) == 0)
                json_object_object_del(endpoints, first);
        return 0;
}

/* Before API 1.48, the CLI sent the names of capabilities as they were written. The engine shows them as it
 * received them, so that `docker inspect` shows the difference. */
static int lower_capabilities(const RunOptions *o, struct json_object *host)
{
        if (json_object_array_length(o->hidden->cap_add) > 0 &&
            json_set(host, "CapAdd", json_object_get(o->hidden->cap_add)) < 0)
                return -ENOMEM;
        if (json_object_array_length(o->hidden->cap_drop) > 0 &&
            json_set(host, "CapDrop", json_object_get(o->hidden->cap_drop)) < 0)
                return -ENOMEM;
        return 0;
}

static int add_empty(struct json_object *host, const ApiVersion *v)
{
        static const struct {
                const char *name;
                enum json_type type;
                unsigned api_minor; /* for older engines the CLI leaves it out */
        } members[] = {
                { "PortBindings", json_type_object, 0 },
                { "Dns", json_type_array, 0 },
                { "DnsOptions", json_type_array, 0 },
                { "DnsSearch", json_type_array, 0 },
                { "Devices", json_type_array, 0 },
                { "BlkioWeightDevice", json_type_array, 0 },
                { "BlkioDeviceReadBps", json_type_array, 42 },
                { "BlkioDeviceWriteBps", json_type_array, 42 },
                { "BlkioDeviceReadIOps", json_type_array, 42 },
                { "BlkioDeviceWriteIOps", json_type_array, 42 },
                { "Ulimits", json_type_array, 42 },
        };

        struct json_object *restart = host ? json_ensure(host, "RestartPolicy", json_type_object) : NULL;

        if (!restart || (!json_object_object_get_ex(restart, "Name", NULL) &&
                         json_set_string(restart, "Name", "no") < 0))
                return -ENOMEM;
        for (size_t i = 0; i < ELEMENTSOF(members); i++)
                if (!older_than(v, members[i].api_minor) &&
                    !json_ensure(host, members[i].name, members[i].type))
                        return -ENOMEM;
        return 0;
}

static int fit_api(const RunOptions *o, const ApiVersion *v, struct json_object *body, CliError *reterr)
{
        struct json_object *host;
        int r = refuse_old_engine(o, v, reterr);

        if (r < 0)
                return r;
        if (json_get(body, "HostConfig", json_type_object, &host) >= 0) {
                if (!older_than(v, 42))
                        json_object_object_del(host, "KernelMemory");
                if (older_than(v, 48) && lower_capabilities(o, host) < 0)
                        return -ENOMEM;
        }
        r = add_empty(json_ensure(body, "HostConfig", json_type_object), v);
        if (r < 0)
                return r;
        return older_than(v, 44) ? lower_mac_address(o, body, reterr) : 0;
}

/* The names of the variables as a set: the keys of an object, which json-c keeps in a hash table. */
static struct json_object *names_of(struct json_object *environment)
{
        _cleanup_json_ struct json_object *names = json_object_new_object();

        if (!names)
                return NULL;
        for (size_t i = 0; environment && i < json_object_array_length(environment); i++) {
                const char *rest = NULL;
                _cleanup_free_ char *name = text_cut(
                        json_object_get_string(json_object_array_get_idx(environment, i)), '=', &rest);

                if (!name || json_set_bool(names, name, true) < 0)
                        return NULL;
        }
        return TAKE_PTR(names);
}

static int add_environment(struct json_object *body, char *const *environment)
{
        struct json_object *array =
                environment && *environment ? json_ensure(body, "Env", json_type_array) : NULL;
        _cleanup_json_ struct json_object *names = NULL;

        if (!array)
                return environment && *environment ? -ENOMEM : 0;
        names = names_of(array);
        if (!names)
                return -ENOMEM;
        STRV_FOREACH(e, environment) {
                const char *rest = NULL;
                _cleanup_free_ char *name = text_cut(*e, '=', &rest);

                if (!name)
                        return -ENOMEM;
                if (json_object_object_get_ex(names, name, NULL))
                        continue;
                if (json_append_text(array, *e) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static int add_labels(struct json_object *body, char *const *labels)
{
        STRV_FOREACH(l, labels) {
                struct json_object *o = json_ensure(body, "Labels", json_type_object);
                const char *rest = NULL;
                _cleanup_free_ char *name = text_cut(*l, '=', &rest);

                if (!o || !name || json_set_text(o, name, rest ? rest : "") < 0)
                        return -ENOMEM;
        }
        return 0;
}

static int add_host_config(struct json_object *body, const RunRequestExtras *extras)
{
        struct json_object *host = json_ensure(body, "HostConfig", json_type_object);

        if (!host)
                return -ENOMEM;
        STRV_FOREACH(b, extras->binds) {
                struct json_object *binds = json_ensure(host, "Binds", json_type_array);

                if (!binds || json_append_text(binds, *b) < 0)
                        return -ENOMEM;
        }
        if (extras->cgroup_parent && json_set_text(host, "CgroupParent", extras->cgroup_parent) < 0)
                return -ENOMEM;
        if (extras->runtime && json_set_text(host, "Runtime", extras->runtime) < 0)
                return -ENOMEM;
        return 0;
}

static int add_extras(struct json_object *body, const RunRequestExtras *extras)
{
        int r = add_environment(body, extras->environment);

        if (r >= 0)
                r = add_labels(body, extras->labels);
        return r < 0 ? r : add_host_config(body, extras);
}

int run_request_build(const RunOptions *o, const ApiVersion *version, const RunRequestExtras *extras,
                      struct json_object **ret_body, CliError *reterr)
{
        _cleanup_json_ struct json_object *body = NULL;
        int r;

        assert(o);
        assert(ret_body);

        if (json_object_deep_copy(o->draft, &body, NULL) < 0)
                return cli_error_oom(reterr);
        r = version ? fit_api(o, version, body, reterr) : 0;
        if (r >= 0 && extras)
                r = add_extras(body, extras);
        if (r < 0)
                return r == -ENOMEM ? cli_error_oom(reterr) : r;
        *ret_body = TAKE_PTR(body);
        return 0;
}

/* The variables that `--env` does not pass on, from systemd.exec(5), "Environment Variables Set or
 * Propagated by the Service Manager". The variables of the account that the service runs as (USER, LOGNAME,
 * SHELL, XDG_RUNTIME_DIR) are treated like HOME: they are not true inside the container. LANG, TERM and TZ
 * do not describe the account and are passed on. The first ones direct the client, this program or the
 * docker CLI: which engine it uses and how it reaches that, its configuration, the logins for registries,
 * and what it says by default. In a container they would direct another client, to an engine that it cannot
 * reach. */
static const char private_names[][32] = {
        "BUILDKIT_PROGRESS",
        "DOCKER_API_VERSION",
        "DOCKER_AUTH_CONFIG",
        "DOCKER_BUILDKIT",
        "DOCKER_CERT_PATH",
        "DOCKER_CLI_EXPERIMENTAL",
        "DOCKER_CLI_HINTS",
        "DOCKER_CONFIG",
        "DOCKER_CONTENT_TRUST",
        "DOCKER_CONTENT_TRUST_SERVER",
        "DOCKER_CONTEXT",
        "DOCKER_CUSTOM_HEADERS",
        "DOCKER_DEFAULT_PLATFORM",
        "DOCKER_HIDE_LEGACY_COMMANDS",
        "DOCKER_HOST",
        "DOCKER_TLS",
        "DOCKER_TLS_VERIFY",
        "SYSTEMD_DOCKER_DEBUG",
        "HOME",
        "PATH",
        "USER",
        "LOGNAME",
        "SHELL",
        "XDG_RUNTIME_DIR",
        "NOTIFY_SOCKET",
        "FDSTORE",
        "INVOCATION_ID",
        "JOURNAL_STREAM",
        "LOG_NAMESPACE",
        "SYSTEMD_EXEC_PID",
        "MAINPID",
        "MAINPIDFDID",
        "MANAGERPID",
        "MANAGERPIDFDID",
        "PIDFILE",
        "DEBUG_INVOCATION",
        "CREDENTIALS_DIRECTORY",
        "ENCRYPTED_CREDENTIALS_DIRECTORY",
        "RUNTIME_DIRECTORY",
        "STATE_DIRECTORY",
        "CACHE_DIRECTORY",
        "LOGS_DIRECTORY",
        "CONFIGURATION_DIRECTORY",
        "REMOTE_ADDR",
        "REMOTE_PORT",
        "SERVICE_RESULT",
        "EXIT_CODE",
        "EXIT_STATUS",
        "LISTEN_PID",
        "LISTEN_PIDFDID",
        "LISTEN_FDS",
        "LISTEN_FDNAMES",
        "WATCHDOG_PID",
        "WATCHDOG_USEC",
        "MEMORY_PRESSURE_WATCH",
        "MEMORY_PRESSURE_WRITE",
        "TRIGGER_UNIT",
        "TRIGGER_PATH",
        "TRIGGER_TIMER_REALTIME_USEC",
        "TRIGGER_TIMER_MONOTONIC_USEC",
        "MONITOR_SERVICE_RESULT",
        "MONITOR_EXIT_CODE",
        "MONITOR_EXIT_STATUS",
        "MONITOR_INVOCATION_ID",
        "MONITOR_UNIT",
};

bool run_request_environment_is_private(const char *variable)
{
        size_t n = strcspn(variable, "=");

        for (size_t i = 0; i < ELEMENTSOF(private_names); i++)
                if (strlen(private_names[i]) == n && memcmp(private_names[i], variable, n) == 0)
                        return true;
        return false;
}

int run_request_pass_environment(char *const *environment, char ***ret)
{
        StrVec passed = {};

        STRV_FOREACH(e, environment) {
                if (**e == '=' || !strchr(*e, '=') || run_request_environment_is_private(*e))
                        continue;
                if (strvec_add(&passed, *e, strlen(*e)) < 0) {
                        strvec_done(&passed);
                        return -ENOMEM;
                }
        }
        *ret = passed.items;
        return 0;
}
