/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Events of containers, Engine API GET /events.
 *
 * Since API 1.22 an event is { Type, Action, Actor: { ID, Attributes }, time, timeNano }. Engines before
 * Docker 28 repeat Action as `status` and the id as `id`, and some compatible engines only have these. An
 * action can have a detail after ": "
 * ("health_status: healthy", "exec_start: sh -c …"), which is meant for people. */

#include <stdlib.h>
#include <string.h>

#include "codec/engine/engine-event.h"
#include "codec/engine/wait-status.h"
#include "util/macro.h"
#include "util/string-table.h"
#include "json/json.h"

static const char engine_event_kind_table[_ENGINE_EVENT_KIND_MAX][16] = {
        [ENGINE_EVENT_OTHER] = "other",
        [ENGINE_EVENT_CREATE] = "create",
        [ENGINE_EVENT_START] = "start",
        [ENGINE_EVENT_DIE] = "die",
        [ENGINE_EVENT_STOP] = "stop",
        [ENGINE_EVENT_KILL] = "kill",
        [ENGINE_EVENT_RESTART] = "restart",
        [ENGINE_EVENT_PAUSE] = "pause",
        [ENGINE_EVENT_UNPAUSE] = "unpause",
        [ENGINE_EVENT_OOM] = "oom",
        [ENGINE_EVENT_RENAME] = "rename",
        [ENGINE_EVENT_UPDATE] = "update",
        [ENGINE_EVENT_DESTROY] = "destroy",
        [ENGINE_EVENT_HEALTH_STATUS] = "health_status",
        [ENGINE_EVENT_EXEC_CREATE] = "exec_create",
        [ENGINE_EVENT_EXEC_START] = "exec_start",
        [ENGINE_EVENT_EXEC_DIE] = "exec_die",
        [ENGINE_EVENT_ATTACH] = "attach",
        [ENGINE_EVENT_DETACH] = "detach",
};
DEFINE_STRING_TABLE(engine_event_kind, EngineEventKind)

void engine_event_done(EngineEvent *e)
{
        assert(e);
        free(e->name);
        *e = ENGINE_EVENT_NULL;
}

static int parse_id(const char *s, char ret[static ENGINE_ID_SIZE + 1])
{
        if (!s || strlen(s) != ENGINE_ID_SIZE || strspn(s, "0123456789abcdef") != ENGINE_ID_SIZE)
                return -EBADMSG;
        memcpy(ret, s, ENGINE_ID_SIZE + 1);
        return 0;
}

/* "ACTION" or "ACTION: detail". *ret_detail is the text after the blank, or "". */
static EngineEventKind parse_action(const char *action, const char **ret_detail)
{
        char name[32];
        size_t n = strcspn(action, ":");
        int kind;

        *ret_detail = action[n] ? action + n + 1 + strspn(action + n + 1, " ") : "";
        if (n >= sizeof(name))
                return ENGINE_EVENT_OTHER;
        memcpy(name, action, n);
        name[n] = 0;
        kind = engine_event_kind_from_string(name);
        return kind < 0 ? ENGINE_EVENT_OTHER : (EngineEventKind) kind;
}

static int parse_exit_code(const char *s)
{
        char *end;
        long l;

        if (!s || strspn(s, "0123456789") == 0)
                return -1;
        errno = 0;
        l = strtol(s, &end, 10);
        return errno || *end || l > 255 ? -1 : (int) l;
}

static uint64_t parse_time(struct json_object *o)
{
        int64_t nsec = json_int_or(o, "timeNano", -1), sec;

        if (nsec > 0)
                return (uint64_t) nsec;
        sec = json_int_or(o, "time", 0);
        return sec > 0 && (uint64_t) sec < UINT64_MAX / NSEC_PER_SEC ? (uint64_t) sec * NSEC_PER_SEC : 0;
}

/* The attributes that only this kind of event has. */
static void parse_detail(struct json_object *o, const char *detail, EngineEvent *e)
{
        int signo;

        switch (e->kind) {
        case ENGINE_EVENT_DIE:
                e->exit_code = parse_exit_code(json_string_or(o, "Actor/Attributes/exitCode", NULL));
                break;
        case ENGINE_EVENT_KILL:
                signo = signal_from_string(json_string_or(o, "Actor/Attributes/signal", ""));
                e->signal = signo > 0 ? signo : 0;
                break;
        case ENGINE_EVENT_HEALTH_STATUS:
                e->healthy = strcmp(detail, "healthy") == 0;
                if (!e->healthy && strcmp(detail, "unhealthy") != 0)
                        e->kind = ENGINE_EVENT_OTHER;
                break;
        default:
                break;
        }
}

int engine_event_parse(const char *data, size_t size, EngineEvent *ret)
{
        _cleanup_json_ struct json_object *o = NULL;
        EngineEvent e = ENGINE_EVENT_NULL;
        const char *action, *detail, *name;
        int r;

        assert(data || size == 0);
        assert(ret);

        r = json_parse(data, size, &o);
        if (r < 0)
                return r == -ENOMEM ? r : -EBADMSG;
        action = json_string_or(o, "Action", json_string_or(o, "status", NULL));
        if (!action)
                return -EBADMSG;
        if (strcmp(json_string_or(o, "Type", "container"), "container") != 0)
                return 0;
        r = parse_id(json_string_or(o, "Actor/ID", json_string_or(o, "id", NULL)), e.id);
        if (r < 0)
                return r;
        e.kind = parse_action(action, &detail);
        e.time_nsec = parse_time(o);
        parse_detail(o, detail, &e);
        name = json_string_or(o, "Actor/Attributes/name", NULL);
        if (name) {
                e.name = strdup(name + (name[0] == '/'));
                if (!e.name)
                        return -ENOMEM;
        }
        *ret = e;
        return 1;
}
