/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The removal of a container: of an old one that is in the way (STATE_REMOVING_OLD), and of ours at the end
 * (STATE_REMOVING).
 *
 * A container that runs is removed by force. One that is thought to be stopped is not, unless the engine
 * says that it cannot be removed in its state. */

#include "actions.h"
#include "creation.h"
#include "found.h"
#include "machine.h"
#include "refusal.h"
#include "step.h"
#include "util/log.h"
#include "util/macro.h"
#include "verdict.h"

/* An old container in the way is a failure; at the end of a life the exit status is the container's all the
 * same. */
static void remove_failed(Supervisor *s, const EngineReply *reply)
{
        if (supervisor_in(s, PHASE_OLD)) {
                supervisor_step_failed(s, "remove the old container", reply);
                return;
        }
        log_warning("Failed to remove container %s, the next start will: %s",
                    s->facts->container.name ?: s->facts->container.id,
                    reply->error.message ?: "unknown error");
        supervisor_push(s, LIFE_FAILED);
}

/* An old container's stop and removal have a time of their own each. At the end of a life all has to be done
 * in the time that the state has: what is left, the next start removes. */
static void removal_step(Supervisor *s, const char *method, char *path, const EngineRequestOps *ops)
{
        if (supervisor_in(s, PHASE_OLD))
                supervisor_arm_deadline(s);
        supervisor_step(s, path, ops,
                        (EngineCall){ .method = method, .timeout_usec = verdict_work_usec(s->facts) });
}

static void removal_done(Supervisor *s, int r, const EngineReply *reply)
{
        const ContainerInfo *c = &s->facts->container;

        if (r < 0 && !reply_is_absent(reply)) {
                remove_failed(s, reply);
                return;
        }
        if (c->volumes && !found_volumes_go(c))
                log_notice(
                        "Container %s was removed. It was not created with --rm, so its anonymous volumes "
                        "stay: %s",
                        c->name, c->volumes);
        supervisor_push(s, LIFE_REMOVED);
}

/* v=1: the anonymous volumes go as well, as with `docker run --rm`. */
static char *removal_path(const Supervisor *s, bool force)
{
        const ContainerInfo *c = &s->facts->container;
        const char *volumes = found_volumes_go(c) || !c->name ? "v=1" : "v=0";

        return engine_path("/containers/%s?%s%s", c->id, volumes, force ? "&force=1" : "");
}

static void on_wait_removed(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        removal_done(ASSERT_PTR(userdata), r, reply);
}

/* -EEXIST: the engine is removing it by itself already. */
static void on_removed_by_force(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        static const EngineRequestOps ops = { .on_done = on_wait_removed };
        Supervisor *s = ASSERT_PTR(userdata);

        if (r == -EEXIST && api_version_at_least(*engine_version(s->engine), 1, 30))
                removal_step(s, "POST",
                             engine_path("/containers/%s/wait?condition=removed", s->facts->container.id),
                             &ops);
        else
                removal_done(s, r, reply);
}

static void remove_by_force(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_removed_by_force };

        removal_step(s, "DELETE", removal_path(s, true), &ops);
}

/* -EEXIST: it runs again, or the engine is removing it. The answer to the second request tells which. */
static void on_removed(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (r == -EEXIST)
                remove_by_force(s);
        else
                removal_done(s, r, reply);
}

static void remove_stopped(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_removed };

        removal_step(s, "DELETE", removal_path(s, false), &ops);
}

static void on_old_stopped(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_not_running(s->record);
        remove_by_force(s);
}

/* The signal, and then its end; not the engine's own stop, see stop.c. -EEXIST: it does not run any more. */
static void on_old_signalled(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        static const EngineRequestOps ops = { .on_done = on_old_stopped };
        Supervisor *s = ASSERT_PTR(userdata);

        if (r < 0 && !reply_is_absent(reply) && r != -EEXIST) {
                supervisor_step_failed(s, "stop the old container", reply);
                return;
        }
        supervisor_step(s, engine_path("/containers/%s/wait", s->facts->container.id), &ops,
                        (EngineCall){ .method = "POST",
                                      .timeout_usec = MAX(verdict_stop_timeout_usec(s->facts), 1U) });
}

static void stop_old(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_old_signalled };

        supervisor_step(s, engine_kill_path(s, s->facts->container.stop_signal), &ops,
                        (EngineCall){ .method = "POST", .timeout_usec = STOP_SIGNAL_TIMEOUT_USEC });
}

void supervisor_act_remove_old(Supervisor *s)
{
        placement_remove_note(s->placement);
        if (s->facts->container.running)
                stop_old(s);
        else
                remove_stopped(s);
}

/* A container without its logins is removed without --rm as well: the next start would use it as it is. */
void supervisor_act_remove(Supervisor *s)
{
        bool remove = s->facts->remove || creation_has_logins(s->creation);

        if (!remove || !s->facts->has_container || s->facts->destroyed)
                supervisor_push(s, LIFE_REMOVED);
        else if (facts_container_is_alive(s->facts))
                remove_by_force(s);
        else
                remove_stopped(s);
}
