/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* `systemctl stop docker` leaves docker.socket listening: whoever connects starts the engine again. With
 * live-restore the container runs on, and so do we. What we connect for without having been asked to, waits:
 * the event stream that broke, and the look at a container whose output has ended, as it does when the
 * engine goes down. Everything else (the start of a unit, a stop, a removal) needs the engine. */

#include "engine-rest.h"
#include "util/log.h"
#include "util/macro.h"

static void on_known(EngineRest rest, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        bool events = s->events_held, compare = s->compare_held;

        s->engine_unit = engine_unit_free(s->engine_unit);
        s->events_held = s->compare_held = false;
        if (rest == ENGINE_REST_STOPPED && !s->rest_said) {
                s->rest_said = true;
                log_notice("The Docker engine is stopped: waiting until docker.service is started.");
        }
        if (rest != ENGINE_REST_NONE)
                log_debug("The engine's events are not opened, that would start it.");
        if (events)
                engine_events_go_on(s->events, rest != ENGINE_REST_NONE);
        if (compare && rest == ENGINE_REST_NONE)
                supervisor_compare(s);
}

/* True: the answer follows. */
static bool ask(Supervisor *s)
{
        static const EngineUnitOps ops = { on_known };
        const char *path = engine_socket_path(s->engine);
        int r;

        if (s->engine_unit)
                return true;
        r = path ? engine_unit_new(&s->engine_unit, s->event, path, &ops, s) : -ENOTSUP;
        if (r < 0)
                log_debug_errno(r, "systemd is not asked for the engine's state: %m");
        return r >= 0;
}

bool supervisor_hold_events(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        s->events_held = ask(s);
        return s->events_held;
}

void supervisor_compare_if_awake(Supervisor *s)
{
        s->compare_held = ask(s);
        if (!s->compare_held)
                supervisor_compare(s);
}
