/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* What waits while the engine is stopped, and what happens when systemd has said whether it is. */

#include "reports-engine-guard.h"
#include "util/log.h"
#include "util/macro.h"

static void on_stopped(void *userdata)
{
        log_notice("The Docker engine is stopped: waiting until docker.service is started.");
}

static void on_known(uint32_t uses, bool rests, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (rests)
                log_debug("The engine's events are not opened, that would start it.");
        if (uses & ENGINE_USE_EVENTS)
                engine_events_go_on(s->events, rests);
        if (uses & ENGINE_USE_COMPARE && !rests)
                supervisor_compare(s);
}

const EngineGuardOps supervisor_engine_guard_ops = { on_known, on_stopped };

bool supervisor_hold_events(void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        return engine_guard_hold(s->engine_guard, ENGINE_USE_EVENTS);
}

void supervisor_compare_if_awake(Supervisor *s)
{
        if (!engine_guard_hold(s->engine_guard, ENGINE_USE_COMPARE))
                supervisor_compare(s);
}
