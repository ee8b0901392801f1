/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A container of our name: what to do with one that is there (STATE_LOOKING_UP, STATE_REMOVING_OLD), how a
 * new one is made (STATE_CREATING, STATE_PREPARING), and its removal at the end (STATE_REMOVING). */

#include <string.h>

#include "codec/registry/image-reference.h"
#include "loop/event-util.h"
#include "supervisor-internal.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"
#include "util/strv.h"
#include "verdict.h"

/* Somebody else makes, or removes, a container of our name right now. */
#define NAME_CONFLICTS_MAX 10
#define NAME_CONFLICT_BACKOFF_USEC (500 * USEC_PER_MSEC)

static void push_absent(Supervisor *s)
{
        bool pull = s->config.run->pull == PULL_ALWAYS && !s->facts->image_pulled;

        supervisor_push(s, pull ? LIFE_IMAGE_WANTED : LIFE_ABSENT);
}

/* Contract, "Name": with --rm an old one goes and a changed one is replaced; without, it is kept. */
static LifeEvent judge_found(Supervisor *s)
{
        const ContainerInfo *c = &s->facts->container;
        bool changed = c->request_hash && strcmp(c->request_hash, s->request_hash) != 0;
        const char *lacks = relay_lacks(s->relay);

        if (!c->removing && supervisor_process_is_dead(s))
                return supervisor_judge_dead(s);
        if (supervisor_may_lack_logins(s)) {
                log_notice("The creation of container %s was interrupted, creating it again.", c->name);
                return LIFE_FOUND_STALE;
        }
        if (c->removing || (s->facts->remove && lacks))
                return LIFE_FOUND_STALE;
        if (lacks) {
                supervisor_fail(
                        s, CLI_EXIT_REFUSED,
                        "Container %s was made without %s. It is kept, because there is no --rm; remove "
                        "it to have the new options.",
                        c->name, lacks);
                return LIFE_FAILED;
        }
        if (s->facts->remove && (changed || !c->running)) {
                if (c->running)
                        log_notice(
                                "Container %s runs with other options than the unit has now, replacing it.",
                                c->name);
                return LIFE_FOUND_STALE;
        }
        if (changed)
                log_warning("Container %s is stale: the unit's options have changed since it was made. It "
                            "is kept, because "
                            "there is no --rm; remove it to have the new options.",
                            c->name);
        if (supervisor_check_health_options(s) < 0)
                return LIFE_FAILED;
        record_kept(s->record);
        supervisor_drop_logins(s);
        return LIFE_FOUND;
}

/* The engine takes "/web" for "web", and tells names without it. */
static const char *wanted_name(const Supervisor *s)
{
        const char *name = s->config.run->name;

        return name[0] == '/' ? name + 1 : name;
}

static void on_looked_up(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);
        LifeEvent event;

        if (reply_is_absent(reply)) {
                push_absent(s);
                return;
        }
        if (r < 0) {
                supervisor_step_failed(s, "look for the container", reply);
                return;
        }
        if (supervisor_take_info(s, reply) < 0)
                return;
        /* The engine also takes the first digits of an id for a name. */
        if (strcmp(s->facts->container.name, wanted_name(s)) != 0) {
                push_absent(s);
                return;
        }
        record_found(s->record);
        output_name_container(s->output);
        event = judge_found(s);
        if (event == LIFE_FOUND && supervisor_make_cidfile(s) < 0)
                event = LIFE_FAILED;
        else if (event == LIFE_FOUND)
                supervisor_write_cidfile(s);
        supervisor_push(s, event);
}

void supervisor_act_look_up(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_looked_up };
        _cleanup_free_ char *name = NULL;

        record_no_container(s->record);
        if (!s->config.run->name) {
                push_absent(s);
                return;
        }
        name = engine_escape(wanted_name(s));
        supervisor_step(s, "GET", name ? engine_path("/containers/%s/json", name) : NULL, NULL, 0, &ops);
}

static void send_remove(Supervisor *s, bool force);

/* An old container in the way is a failure; at the end of a life the exit status is the container's all the
 * same. */
static void remove_failed(Supervisor *s, const EngineReply *reply)
{
        if (s->state != STATE_REMOVING) {
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
        if (s->state == STATE_REMOVING_OLD)
                supervisor_arm_deadline(s);
        supervisor_step(s, method, path, NULL, WORK_TIMEOUT_USEC, ops);
}

static void on_wait_removed(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (r < 0 && !reply_is_absent(reply))
                remove_failed(s, reply);
        else
                supervisor_push(s, LIFE_REMOVED);
}

static void on_removed(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        static const EngineRequestOps wait_ops = { .on_done = on_wait_removed };
        Supervisor *s = ASSERT_PTR(userdata);

        if (r == -EEXIST && !s->remove_forced) {
                /* It runs again, or is being removed by the engine: the second answer tells. */
                s->remove_forced = true;
                send_remove(s, true);
        } else if (r == -EEXIST && api_version_at_least(*engine_version(s->engine), 1, 30))
                /* The engine is removing it by itself already. */
                removal_step(s, "POST",
                             engine_path("/containers/%s/wait?condition=removed", s->facts->container.id),
                             &wait_ops);
        else if (r < 0 && !reply_is_absent(reply))
                remove_failed(s, reply);
        else
                supervisor_push(s, LIFE_REMOVED);
}

/* v=1: anonymous volumes go with their container, as with `docker run --rm`. */
static void send_remove(Supervisor *s, bool force)
{
        static const EngineRequestOps ops = { .on_done = on_removed };

        removal_step(s, "DELETE",
                     engine_path("/containers/%s?v=1%s", s->facts->container.id, force ? "&force=1" : ""),
                     &ops);
}

static void on_old_stopped(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_not_running(s->record);
        send_remove(s, true);
}

void supervisor_act_remove_old(Supervisor *s)
{
        static const EngineRequestOps stopped_ops = { .on_done = on_old_stopped };

        placement_remove_note(s->placement);
        s->remove_forced = false;
        if (s->facts->container.running)
                supervisor_step(s, "POST", engine_path("/containers/%s/stop", s->facts->container.id), NULL,
                                verdict_stop_request_usec(s->facts), &stopped_ops);
        else
                send_remove(s, false);
}

/* A container without its logins is removed without --rm as well: the next start would use it as it is. */
void supervisor_act_remove(Supervisor *s)
{
        bool remove = s->facts->remove || s->logins;

        s->remove_forced = false;
        if (!remove || !s->facts->has_container || s->facts->destroyed)
                supervisor_push(s, LIFE_REMOVED);
        else
                send_remove(s, facts_container_is_alive(s->facts));
}

/* It isn't here, or only one for another platform than the one that is asked for. */
static bool image_is_missing(const EngineReply *reply)
{
        return reply->status == 404 && reply->error.message &&
               (strcasestr(reply->error.message, "no such image") ||
                strcasestr(reply->error.message, "does not match the specified platform"));
}

static bool may_pull(const Supervisor *s)
{
        return s->config.run->pull != PULL_NEVER && !s->facts->image_pulled &&
               !image_reference_is_id(s->config.run->image);
}

static void on_created(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        _cleanup_strv_free_ char **warnings = NULL;
        char id[ENGINE_ID_SIZE + 1];
        Supervisor *s = ASSERT_PTR(userdata);

        if (image_is_missing(reply) && may_pull(s)) {
                supervisor_push(s, LIFE_IMAGE_WANTED);
                return;
        }
        if (r == -EEXIST && s->config.run->name && ++s->name_conflicts < NAME_CONFLICTS_MAX) {
                (void) timer_arm(s->retry, NAME_CONFLICT_BACKOFF_USEC); /* gives LIFE_FOUND */
                return;
        }
        if (r < 0) {
                supervisor_step_failed(s, "create the container", reply);
                return;
        }
        if (container_created_parse(reply->body, reply->size, id, &warnings) < 0) {
                supervisor_fail(s, CLI_EXIT_REFUSED, "The engine's answer to the creation is malformed.");
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        STRV_FOREACH(w, warnings)
                log_warning("Engine: %s", *w);
        record_container_id(s->record, id);
        supervisor_write_cidfile(s);
        supervisor_push(s, LIFE_CREATED);
}

void supervisor_act_create(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_created };
        const RunOptions *run = s->config.run;
        _cleanup_free_ char *name = engine_escape(run->name ?: ""),
                            *platform = engine_escape(run->platform ?: "");

        if (!name || !platform) {
                supervisor_step(s, "POST", NULL, NULL, 0, &ops);
                return;
        }
        if (supervisor_make_cidfile(s) < 0 || supervisor_make_relay_folder(s) < 0) {
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        supervisor_step(s, "POST",
                        engine_path("/containers/create?%s%s%s%s", *name ? "name=" : "", name,
                                    *platform ? "&platform=" : "", platform),
                        s->body, WORK_TIMEOUT_USEC, &ops);
}

static void on_prepared(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (r < 0) {
                supervisor_step_failed(s, "inspect the container", reply);
                return;
        }
        if (supervisor_take_info(s, reply) < 0)
                return;
        output_name_container(s->output);
        /* journald knows a sender's unit by looking at the process, once and while it lives. This early
         * message is also what makes the last one of a service that fails at once findable. */
        log_event(LOG_INFO, MESSAGE_ID_CONTAINER_CREATED, "Created container %s (%.12s) from image %s.",
                  s->facts->container.name, s->facts->container.id, s->facts->container.image);
        supervisor_push(s, supervisor_check_health_options(s) < 0 ? LIFE_FAILED : LIFE_PREPARED);
}

void supervisor_act_prepare(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_prepared };

        if (s->logins) {
                supervisor_put_logins(s);
                return;
        }
        supervisor_step(s, "GET", engine_path("/containers/%s/json", s->facts->container.id), NULL, 0, &ops);
}
