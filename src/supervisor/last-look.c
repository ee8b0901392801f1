/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine has not said in time that the container has ended, or that it was started again.
 *
 * A machine that is short of processor time may take any time for that, so the time alone proves nothing.
 * But while the engine starts a container, and while it puts a dead one away, it holds the container's lock,
 * and answers no request about it. As long as it has not answered, it is at work. So it is asked
 *
 *   1. for statistics, if its word of the end is missing: it asks containerd, which asks the container's
 *      shim. Whatever the answer is, it comes over the same way as the end, and later;
 *   2. for the container's description.
 *
 * If that says nothing new, the engine has nothing to say, and the deadline counts: verdict_deadline(). */

#include "last-look.h"
#include "machine.h"
#include "reports.h"
#include "step.h"
#include "util/macro.h"
#include "verdict.h"

/* A container that was started again is LIFE_RESTARTED now, and another state has another deadline. */
static void on_described(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        ContainerInfo info = CONTAINER_INFO_NULL;

        if (reply_is_absent(reply))
                record_destroyed(s->record);
        else if (r >= 0 && container_info_parse(reply->body, reply->size, &info) >= 0)
                supervisor_report_info(s, &info);
        container_info_done(&info);
        record_look(s->record, LOOK_ANSWERED);
        supervisor_wake(s);
}

static void ask(Supervisor *s, const char *what, const EngineRequestOps *ops)
{
        supervisor_step(s, engine_path("/containers/%s/%s", s->facts->container.id, what), ops,
                        (EngineCall){ .method = "GET", .timeout_usec = verdict_look_usec(s->facts) });
}

static void describe(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_described };

        ask(s, "json", &ops);
}

/* What a moved or dead container has of them is of no interest. */
static void on_measured(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        describe(ASSERT_PTR(userdata));
}

void supervisor_last_look(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_measured };

        record_look(s->record, LOOK_OPEN);
        supervisor_arm_deadline(s);
        if (supervisor_in(s, PHASE_LINGERING))
                describe(s);
        else
                ask(s, "stats?stream=false&one-shot=true", &ops);
}
