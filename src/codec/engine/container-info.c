/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's description of a container, reduced to the members that we use. */

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/container-info.h"
#include "codec/engine/wait-status.h"
#include "codec/systemd/claim-text.h"
#include "util/macro.h"
#include "util/string-table.h"
#include "util/strv.h"
#include "util/text.h"
#include "json/json.h"

/* In bytes. */
#define PORTS_SIZE 48
#define WARNINGS_MAX 32
#define VOLUMES_SIZE_MAX 1024

static const char container_health_table[_CONTAINER_HEALTH_MAX][16] = {
        [CONTAINER_HEALTH_NONE] = "none",
        [CONTAINER_HEALTH_STARTING] = "starting",
        [CONTAINER_HEALTH_HEALTHY] = "healthy",
        [CONTAINER_HEALTH_UNHEALTHY] = "unhealthy",
};
DEFINE_STRING_TABLE(container_health, ContainerHealth)

/* Copies an id after checking it, because it becomes a part of paths of requests and cgroups. */
static int copy_id(const char *id, char *ret)
{
        if (strlen(id) != ENGINE_ID_SIZE || strspn(id, "0123456789abcdef") != ENGINE_ID_SIZE)
                return -EBADMSG;
        strcpy(ret, id);
        return 0;
}

/* A missing member gives "". NULL: out of memory. */
static char *dup_member(struct json_object *o, const char *path)
{
        const char *s = json_string_or(o, path, "");

        return strdup(s[0] == '/' ? s + 1 : s);
}

static void parse_state(struct json_object *o, ContainerInfo *i)
{
        int64_t pid = json_int_or(o, "State/Pid", 0), code = json_int_or(o, "State/ExitCode", -1);
        int health = container_health_from_string(json_string_or(o, "State/Health/Status", "none"));
        const char *status = json_string_or(o, "State/Status", "");

        i->running = json_bool_or(o, "State/Running", false);
        i->paused = json_bool_or(o, "State/Paused", false);
        i->created = strcmp(status, "created") == 0;
        i->removing = strcmp(status, "removing") == 0 || strcmp(status, "dead") == 0;
        i->pid = pid > 0 && pid <= INT32_MAX ? (pid_t) pid : 0;
        i->exit_code = code >= 0 && code <= 255 ? (int) code : -1;
        i->health = health < 0 ? CONTAINER_HEALTH_NONE : (ContainerHealth) health;
}

static void parse_config(struct json_object *o, ContainerInfo *i)
{
        int64_t timeout = json_int_or(o, "Config/StopTimeout", INT64_MIN);
        const char *policy = json_string_or(o, "HostConfig/RestartPolicy/Name", "");
        int signo = signal_from_string(json_string_or(o, "Config/StopSignal", "SIGTERM"));

        i->tty = json_bool_or(o, "Config/Tty", false);
        i->privileged = json_bool_or(o, "HostConfig/Privileged", false);
        i->auto_remove = json_bool_or(o, "HostConfig/AutoRemove", false);
        i->stop_signal = signo > 0 ? signo : SIGTERM;
        if (timeout == INT64_MIN)
                i->stop_timeout = -1;
        else
                i->stop_timeout = timeout >= 0 && timeout <= INT_MAX ? (int) timeout : INT_MAX;
        i->engine_restarts = *policy && strcmp(policy, "no") != 0;
}

static char *dup_label(struct json_object *o, const char *path, bool (*is_valid)(const char *s))
{
        const char *s = json_string_or(o, path, "");

        return strdup(is_valid(s) ? s : "");
}

static int parse_owner(struct json_object *o, ContainerInfo *i)
{
        const char *hash = json_string_or(o, "Config/Labels/" CONTAINER_LABEL_REQUEST, NULL);

        i->unit = dup_label(o, "Config/Labels/" CONTAINER_LABEL_UNIT, claim_unit_is_valid);
        i->user = dup_label(o, "Config/Labels/" CONTAINER_LABEL_USER, claim_user_is_valid);
        if (!i->unit || !i->user)
                return -ENOMEM;
        if (hash && !(i->request_label = strdup(hash)))
                return -ENOMEM;
        return 0;
}

static int parse_strings(struct json_object *o, ContainerInfo *i)
{
        const char *error = json_string_or(o, "State/Error", "");

        i->name = dup_member(o, "Name");
        i->image = dup_member(o, "Config/Image");
        i->image_id = dup_member(o, "Image");
        i->log_driver = dup_member(o, "HostConfig/LogConfig/Type");
        i->started_at = dup_member(o, "State/StartedAt");
        if (!i->name || !i->image || !i->image_id || !i->log_driver || !i->started_at)
                return -ENOMEM;
        if (*error && !(i->error = strdup(error)))
                return -ENOMEM;
        return 0;
}

/* The engine gives such a volume a name of 64 digits. */
static int note_volume(struct json_object *mount, ContainerInfo *i)
{
        const char *name = json_string_or(mount, "Name", "");
        size_t n = i->volumes ? strlen(i->volumes) : 0;
        char id[ENGINE_ID_SIZE + 1];
        char *bigger;

        if (strcmp(json_string_or(mount, "Type", ""), "volume") != 0 || copy_id(name, id) < 0)
                return 0;
        if (n > VOLUMES_SIZE_MAX)
                return 0;
        bigger = realloc(i->volumes, n + 2 + sizeof(id));
        if (!bigger)
                return -ENOMEM;
        i->volumes = bigger;
        (void) sprintf(bigger + n, "%s%s", n > 0 ? ", " : "", id);
        return 0;
}

static int parse_mounts(struct json_object *o, ContainerInfo *i)
{
        struct json_object *mounts;

        if (json_get(o, "Mounts", json_type_array, &mounts) < 0)
                return 0;
        for (size_t k = 0; k < json_object_array_length(mounts); k++) {
                struct json_object *m = json_object_array_get_idx(mounts, k);

                if (note_volume(m, i) < 0)
                        return -ENOMEM;
                if (strcmp(json_string_or(m, "Destination", ""), CONTAINER_NOTIFY_TARGET) != 0)
                        continue;
                free(i->notify_folder);
                i->notify_folder = strdup(json_string_or(m, "Source", ""));
                if (!i->notify_folder)
                        return -ENOMEM;
        }
        return 0;
}

/* Earlier versions wrote no number of the creation. */
bool container_is_of_request(const ContainerInfo *i, const char *hash)
{
        size_t n = strlen(hash);

        return i->request_label && strncmp(i->request_label, hash, n) == 0 &&
               (!i->request_label[n] || i->request_label[n] == CONTAINER_LABEL_SEPARATOR);
}

void container_info_done(ContainerInfo *i)
{
        free(i->name);
        free(i->image);
        free(i->image_id);
        free(i->log_driver);
        free(i->request_label);
        free(i->unit);
        free(i->user);
        free(i->volumes);
        free(i->ports);
        free(i->started_at);
        free(i->notify_folder);
        health_check_done(&i->check);
        free(i->error);
        log_fields_done(&i->log);
        *i = CONTAINER_INFO_NULL;
}

/* "8080->80, 8443->443": the first host port of each, and not more than people read. */
static int parse_ports(struct json_object *o, ContainerInfo *i)
{
        static const char more[] = ", …", separator[] = ", ";
        struct json_object *ports;
        char text[PORTS_SIZE + sizeof(more)] = "";
        size_t n = 0;

        if (json_get(o, "NetworkSettings/Ports", json_type_object, &ports) < 0)
                return 0;
        json_object_object_foreach(ports, port, bindings)
        {
                bool tcp = text_ends_with(port, strlen(port), "/tcp");
                int size = (int) MIN(strlen(port) - (tcp ? strlen("/tcp") : 0), (size_t) PORTS_SIZE);
                const char *host =
                        !json_object_is_type(bindings, json_type_array)
                                ? ""
                                : json_string_or(json_object_array_get_idx(bindings, 0), "HostPort", "");
                char one[PORTS_SIZE];
                int r;

                if (!*host)
                        continue;
                r = snprintf(one, sizeof(one), "%s%s->%.*s", n > 0 ? separator : "", host, size, port);
                if (r < 0 || n + (size_t) r >= PORTS_SIZE) {
                        (void) strcpy(text + n, n > 0 ? more : more + strlen(separator));
                        break;
                }
                n = (size_t) (stpcpy(text + n, one) - text);
        }
        if (!*text)
                return 0;
        i->ports = strdup(text);
        return i->ports ? 0 : -ENOMEM;
}

int container_info_parse(const char *data, size_t size, ContainerInfo *ret)
{
        _cleanup_(container_info_done) ContainerInfo i = CONTAINER_INFO_NULL;
        _cleanup_json_ struct json_object *o = NULL;
        const char *id;
        int r;

        r = json_parse(data, size, &o);
        if (r == -ENOMEM)
                return r;
        if (r < 0 || json_get_string(o, "Id", &id) < 0 || copy_id(id, i.id) < 0)
                return -EBADMSG;
        parse_state(o, &i);
        parse_config(o, &i);
        r = parse_strings(o, &i);
        if (r >= 0)
                r = parse_owner(o, &i);
        if (r >= 0)
                r = parse_mounts(o, &i);
        if (r >= 0)
                r = parse_ports(o, &i);
        if (r >= 0)
                r = health_check_parse(o, &i.check);
        if (r >= 0)
                r = log_fields_parse(o, &i.log);
        if (r < 0)
                return r;
        *ret = i;
        i = CONTAINER_INFO_NULL;
        return 0;
}

static int parse_warnings(struct json_object *o, char ***ret)
{
        _cleanup_strv_free_ char **v = NULL;
        struct json_object *list;
        int r;

        if (json_get(o, "Warnings", json_type_array, &list) >= 0)
                for (size_t i = 0; i < MIN(json_object_array_length(list), (size_t) WARNINGS_MAX); i++) {
                        struct json_object *w = json_object_array_get_idx(list, i);

                        if (!json_object_is_type(w, json_type_string))
                                continue;
                        r = strv_extend(&v, json_object_get_string(w));
                        if (r < 0)
                                return r;
                }
        *ret = TAKE_PTR(v);
        return 0;
}

int container_created_parse(const char *data, size_t size, char *ret, char ***ret_warnings)
{
        _cleanup_json_ struct json_object *o = NULL;
        const char *id;
        int r = json_parse(data, size, &o);

        if (r == -ENOMEM)
                return r;
        if (r < 0 || json_get_string(o, "Id", &id) < 0)
                return -EBADMSG;
        r = copy_id(id, ret);
        return r < 0 ? r : parse_warnings(o, ret_warnings);
}

int container_wait_parse(const char *data, size_t size, int *ret)
{
        _cleanup_json_ struct json_object *o = NULL;
        int64_t code;
        int r = json_parse(data, size, &o);

        if (r == -ENOMEM)
                return r;
        if (r < 0 || json_get_int(o, "StatusCode", &code) < 0 || code < 0 || code > 255)
                return -EBADMSG;
        *ret = (int) code;
        return 0;
}
