/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include "restart-policy.h"
#include "step.h"
#include "util/log.h"
#include "util/macro.h"

static void report(Supervisor *s, int r, const EngineReply *reply)
{
        if (r < 0)
                log_warning("Failed to set the restart policy of container %s to \"no\", the engine may "
                            "restart it: %s",
                            s->facts->container.name, reply->error.message ?: "unknown error");
        else {
                log_notice("The engine would have restarted container %s by itself. Its restart policy is "
                           "\"no\" now, because systemd restarts the service.",
                           s->facts->container.name);
                record_no_engine_restarts(s->record);
        }
}

static char *path_of(const Supervisor *s)
{
        return engine_path("/containers/%s/update", s->facts->container.id);
}

static EngineCall call(void)
{
        return (EngineCall){ .method = "POST", .body = "{\"RestartPolicy\":{\"Name\":\"no\"}}" };
}

static void on_settled(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        report(s, r, reply);
        supervisor_push(s, LIFE_FOUND);
}

void restart_policy_settle(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_settled };

        if (s->facts->container.engine_restarts)
                supervisor_step(s, path_of(s), &ops, call());
        else
                supervisor_push(s, LIFE_FOUND);
}

/* The facts can say "no" before the answer comes: the change is an event, too, and we look what it was. So
 * the answer alone counts for what is said, and only one change is under way at a time. */
void restart_policy_correct(Supervisor *s)
{
        if (s->facts->container.engine_restarts && !supervisor_has_side_call(s, report))
                (void) supervisor_side_call(s, path_of(s), report, call());
}
