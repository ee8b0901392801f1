/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Two questions: the states of docker.socket and docker.service, and, if these say that the engine rests,
 * the paths on which the socket listens. org.freedesktop.systemd1(5).
 *
 * docker.socket stays "running" until its service is dead. What connects before that, while the service is
 * "deactivating", waits at the socket, and is the first that starts the engine again. */

#include <stdlib.h>
#include <string.h>

#include "systemd/engine-unit.h"
#include "unit-bus.h"
#include "unit-talk.h"
#include "util/cleanup.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/macro.h"

#define SOCKET_UNIT "docker.socket"
#define SERVICE_UNIT "docker.service"

struct EngineUnit {
        UnitTalk talk;
        char *path;      /* of the engine's socket */
        EngineRest rest; /* if docker.socket is the unit of that socket */
        const EngineUnitOps *ops;
        void *userdata;
};

static int answer(EngineUnit *u, int r, EngineRest rest)
{
        if (r < 0)
                log_debug_errno(r, "systemd did not tell the state of the engine, ignoring: %m");
        u->ops->on_known(r < 0 ? ENGINE_REST_NONE : rest, u->userdata);
        return 0;
}

/* One socket has many names: /var/run is a symbolic link. */
static bool is_same_socket(const char *a, const char *b)
{
        return strcmp(a, b) == 0 || path_is_same_file(a, b);
}

static int on_listen(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        const sd_bus_error *e = sd_bus_message_get_error(m);
        EngineUnit *u = ASSERT_PTR(userdata);
        const char *type, *address;
        bool ours = false;
        int r = e ? -sd_bus_error_get_errno(e) : sd_bus_message_enter_container(m, 'v', "a(ss)");

        if (unit_talk_begins_anew(&u->talk, m))
                return 0;
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "(ss)");
        while (r >= 0 && (r = sd_bus_message_read(m, "(ss)", &type, &address)) > 0)
                ours = ours || (strcmp(type, "Stream") == 0 && is_same_socket(address, u->path));
        return answer(u, r, ours ? u->rest : ENGINE_REST_NONE);
}

static int ask_listen(EngineUnit *u)
{
        _cleanup_free_ char *path = NULL;
        int r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", SOCKET_UNIT, &path);

        if (r < 0)
                return r;
        u->talk.slot = sd_bus_slot_unref(u->talk.slot);
        return sd_bus_call_method_async(u->talk.bus, &u->talk.slot, UNIT_BUS_SYSTEMD, path,
                                        UNIT_BUS_PROPERTIES, "Get", on_listen, u, "ss",
                                        UNIT_BUS_SYSTEMD ".Socket", "Listen");
}

static EngineRest rest_of(const char *socket, const char *service)
{
        if (strcmp(socket, "listening") == 0)
                return ENGINE_REST_STOPPED;
        return strcmp(socket, "running") == 0 && strcmp(service, "deactivating") == 0 ? ENGINE_REST_STOPS
                                                                                      : ENGINE_REST_NONE;
}

static int on_states(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        const sd_bus_error *e = sd_bus_message_get_error(m);
        EngineUnit *u = ASSERT_PTR(userdata);
        const char *name, *active, *sub, *socket = "", *service = "";
        int r = e ? -sd_bus_error_get_errno(e) : sd_bus_message_enter_container(m, 'a', "(ssssssouso)");

        if (unit_talk_begins_anew(&u->talk, m))
                return 0;
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'r', "ssssssouso")) > 0) {
                r = sd_bus_message_read(m, "sssss", &name, NULL, NULL, &active, &sub);
                if (r >= 0)
                        r = sd_bus_message_skip(m, "souso");
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
                if (r < 0)
                        break;
                if (strcmp(name, SOCKET_UNIT) == 0)
                        socket = sub;
                else if (strcmp(name, SERVICE_UNIT) == 0)
                        service = active;
        }
        u->rest = r < 0 ? ENGINE_REST_NONE : rest_of(socket, service);
        if (u->rest != ENGINE_REST_NONE)
                r = ask_listen(u);
        return r < 0 || u->rest == ENGINE_REST_NONE ? answer(u, r, ENGINE_REST_NONE) : 0;
}

static int ask_states(void *userdata)
{
        EngineUnit *u = ASSERT_PTR(userdata);

        return sd_bus_call_method_async(u->talk.bus, &u->talk.slot, UNIT_BUS_SYSTEMD,
                                        "/org/freedesktop/systemd1", UNIT_BUS_SYSTEMD ".Manager",
                                        "ListUnitsByNames", on_states, u, "as", 2, SOCKET_UNIT,
                                        SERVICE_UNIT);
}

EngineUnit *engine_unit_free(EngineUnit *u)
{
        if (!u)
                return NULL;
        unit_talk_done(&u->talk);
        free(u->path);
        free(u);
        return NULL;
}
DEFINE_TRIVIAL_CLEANUP_FUNC(EngineUnit *, engine_unit_free)

static void on_failed(int r, void *userdata)
{
        (void) answer(ASSERT_PTR(userdata), r, ENGINE_REST_NONE);
}

int engine_unit_new_over(EngineUnit **ret, sd_event *event, sd_bus *bus, const char *path,
                         const EngineUnitOps *ops, void *userdata)
{
        static const UnitTalkOps talk_ops = { unit_bus_open_system, ask_states, on_failed };
        _cleanup_(engine_unit_freep) EngineUnit *u = NULL;
        int r;

        u = calloc(1, sizeof(*u));
        if (!u) {
                unit_bus_close(bus);
                return -ENOMEM;
        }
        u->ops = ops;
        u->userdata = userdata;
        u->path = strdup(path);
        if (!u->path) {
                unit_bus_close(bus);
                return -ENOMEM;
        }
        r = unit_talk_start(&u->talk, event, bus, &talk_ops, u);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(u);
        return 0;
}

int engine_unit_new(EngineUnit **ret, sd_event *event, const char *path, const EngineUnitOps *ops,
                    void *userdata)
{
        sd_bus *bus = NULL;
        int r = unit_bus_open_system(&bus);

        return r < 0 ? r : engine_unit_new_over(ret, event, bus, path, ops, userdata);
}
