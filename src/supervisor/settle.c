/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine says of a dead container that it runs.
 *
 * What inspect says is old: the engine notices a death some milliseconds after it, seconds on a busy
 * machine, and never where containerd was not there to report it. A supervisor that is started right after
 * its predecessor and the container were killed finds such a container. It is not adopted: the start would
 * succeed with nothing behind it. Instead
 *
 *   1. the engine has some time to notice (STATE_SETTLING);
 *   2. it is told to kill the container, which makes it look (STATE_KILLING_OLD);
 *   3. with --rm the container is removed by force; else the start fails.
 *
 * After each of them the container is looked up anew, so that nothing is done to one that lives after all.
 * Once the engine has noticed, the container is a stopped one like any other, and the start goes on: removed
 * and created anew with --rm, else started again.
 *
 * An adopted container may also turn out to be dead later, but before systemd has heard of it. That is the
 * same case, and ends up here as well. */

#include <signal.h>

#include "actions.h"
#include "announce.h"
#include "failure.h"
#include "machine.h"
#include "refusal.h"
#include "settle.h"
#include "step.h"
#include "util/log.h"
#include "util/macro.h"
#include "verdict.h"

bool supervisor_process_is_dead(const Supervisor *s)
{
        const ContainerInfo *c = &s->facts->container;

        return c->running && c->pid != 0 && process_was_the_dead(s->process, c->pid, c->id);
}

LifeEvent supervisor_judge_dead(Supervisor *s)
{
        const ContainerInfo *c = &s->facts->container;
        LifeEvent event = verdict_found_dead(s->facts);

        record_dead_found(s->record);
        switch (event) {
        case LIFE_FOUND_DEAD:
                log_notice("The engine says that container %s runs, but its process %i is dead: waiting for "
                           "the engine to notice.",
                           c->name, (int) c->pid);
                break;
        case LIFE_FOUND_UNNOTICED:
                log_warning("The engine has not noticed that container %s is dead, telling it to kill the "
                            "container.",
                            c->name);
                break;
        case LIFE_FOUND_STALE:
                record_not_running(s->record); /* there is nothing to be stopped */
                break;
        default:
                supervisor_fail(s, CLI_EXIT_REFUSED,
                                "Container %s is dead, but the engine says that it runs: restart the "
                                "engine, or remove the container.",
                                c->name);
        }
        return event;
}

static void on_settled(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        /* Where it can't tell, the state's deadline is what we wait for. */
        if (r >= 0 || reply_is_absent(reply))
                supervisor_push(s, LIFE_SETTLED);
}

/* Answered as soon as the engine considers the container stopped. */
static void wait_until_noticed(Supervisor *s, uint64_t usec)
{
        static const EngineRequestOps ops = { .on_done = on_settled };

        supervisor_step(s, engine_path("/containers/%s/wait", s->facts->container.id), &ops,
                        (EngineCall){ .method = "POST", .timeout_usec = DEADLINE_OF(usec) });
}

void supervisor_act_forget(Supervisor *s)
{
        side_calls_free(s); /* their answers are about the life that is over */
        supervisor_end_reload(s);
        s->compare_wanted = false;
        if (output_forget(s->output) < 0)
                (void) log_oom();
        condition_reset(s->condition);
        record_forgotten(s->record);
}

void supervisor_act_settle(Supervisor *s)
{
        if (s->facts->adopted) {
                record_dead_found(s->record);
                log_notice("Container %s had ended before it could be adopted, starting it anew.",
                           s->facts->container.name);
        }
        supervisor_act_forget(s);
        wait_until_noticed(s, ENGINE_NOTICE_USEC);
}

static void on_old_killed(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (r < 0 && reply->status == 0) {
                supervisor_step_failed(s, "kill the old container", reply);
                return;
        }
        /* An error may say that it is dead already, or that the engine has waited in vain for its end so
         * far. */
        supervisor_arm_deadline(s);
        wait_until_noticed(s, verdict_stop_request_usec(s->facts));
}

void supervisor_act_kill_old(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_old_killed };

        supervisor_step(s, engine_kill_path(s, SIGKILL), &ops, (EngineCall){ .method = "POST" });
}
