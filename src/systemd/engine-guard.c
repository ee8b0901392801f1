/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* `systemctl stop docker` leaves docker.socket listening: whoever connects starts the engine again. With
 * live-restore the container runs on, and so do we. The event stream that broke waits, and so does the look
 * at a container whose output has ended, as it does when the engine goes down. Everything else (the start of
 * a unit, a stop, a removal) needs the engine, and is not held.
 *
 * There is one question at a time. What is held while its answer is due, shares the answer. */

#include <stdlib.h>

#include "systemd/engine-guard.h"
#include "systemd/engine-unit.h"
#include "util/log.h"
#include "util/macro.h"

struct EngineGuard {
        sd_event *event;
        const char *path; /* of the engine's socket */
        const EngineGuardOps *ops;
        void *userdata;

        EngineUnit *question; /* NULL: none is open */
        uint32_t held;        /* of EngineUse */
        bool said;            /* on_stopped() was called */
};

static void on_known(EngineRest rest, void *userdata)
{
        EngineGuard *g = ASSERT_PTR(userdata);
        uint32_t held = g->held;

        g->question = engine_unit_free(g->question);
        g->held = 0;
        if (rest == ENGINE_REST_STOPPED && !g->said) {
                g->said = true;
                g->ops->on_stopped(g->userdata);
        }
        g->ops->on_known(held, rest != ENGINE_REST_NONE, g->userdata);
}

static bool ask(EngineGuard *g)
{
        static const EngineUnitOps ops = { on_known };
        int r;

        if (g->question)
                return true;
        r = g->path ? engine_unit_new(&g->question, g->event, g->path, &ops, g) : -ENOTSUP;
        if (r < 0)
                log_debug_errno(r, "systemd is not asked for the engine's state: %m");
        return r >= 0;
}

bool engine_guard_hold(EngineGuard *g, EngineUse use)
{
        if (!ask(g))
                return false;
        g->held |= use;
        return true;
}

void engine_guard_drop(EngineGuard *g, EngineUse use)
{
        g->held &= ~(uint32_t) use;
}

void engine_guard_note_open(EngineGuard *g)
{
        g->said = false;
}

int engine_guard_new(EngineGuard **ret, sd_event *event, const char *path, const EngineGuardOps *ops,
                     void *userdata)
{
        EngineGuard *g = calloc(1, sizeof(*g));

        if (!g)
                return -ENOMEM;
        g->event = sd_event_ref(event);
        g->path = path;
        g->ops = ops;
        g->userdata = userdata;
        *ret = g;
        return 0;
}

EngineGuard *engine_guard_free(EngineGuard *g)
{
        if (!g)
                return NULL;
        engine_unit_free(g->question);
        sd_event_unref(g->event);
        free(g);
        return NULL;
}
