/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* A container of our name: what happens to one that exists (STATE_LOOKING_UP), and how another one is
 * created (STATE_CREATING, STATE_PREPARING). */

#include <string.h>

#include "creation.h"
#include "found.h"
#include "supervisor-internal.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"
#include "verdict.h"

static void push_absent(Supervisor *s)
{
        bool pull = s->config.run->pull == PULL_ALWAYS && !s->facts->image_pulled;

        supervisor_push(s, pull ? LIFE_IMAGE_WANTED : LIFE_ABSENT);
}

/* What happens to the container that was found; what is to be said of it is said here. */
static LifeEvent judge_found(Supervisor *s)
{
        _cleanup_(found_judgement_done) FoundJudgement judgement = FOUND_JUDGEMENT_NULL;
        const FoundCase found = {
                .request_hash = creation_hash(s->creation),
                .lacks = relay_lacks(s->relay),
                .logins_pending = creation_has_logins(s->creation),
        };
        int r;

        if (!s->facts->container.removing && supervisor_process_is_dead(s))
                return supervisor_judge_dead(s);
        r = found_judge(s->facts, &found, &judgement);
        if (r < 0 || judgement.event == LIFE_FAILED)
                supervisor_fail(s, CLI_EXIT_REFUSED, "%s", judgement.message ?: "Out of memory.");
        else if (judgement.message)
                log_full(judgement.level, "%s", judgement.message);
        return r < 0 ? LIFE_FAILED : judgement.event;
}

/* The service goes on with the container that was found. */
static LifeEvent keep_found(Supervisor *s)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        int r;

        if (supervisor_check_health_options(s) < 0)
                return LIFE_FAILED;
        record_kept(s->record);
        creation_drop_logins(s->creation);
        r = creation_claim_cidfile(s->creation, &error);
        if (r < 0) {
                supervisor_fail_with(s, r, &error);
                return LIFE_FAILED;
        }
        creation_write_cidfile(s->creation, s->facts->container.id);
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
        supervisor_push(s, event == LIFE_FOUND ? keep_found(s) : event);
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
        supervisor_step(s, name ? engine_path("/containers/%s/json", name) : NULL, &ops,
                        (EngineCall){ .method = "GET" });
}

void supervisor_act_create(Supervisor *s)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        int r = creation_claim_cidfile(s->creation, &error);

        if (r >= 0)
                r = relay_make_folder(s->relay, &error);
        if (r >= 0)
                r = creation_send(s->creation, verdict_work_usec(s->facts), &error);
        if (r >= 0)
                return;
        supervisor_fail_with(s, r, &error);
        supervisor_push(s, LIFE_FAILED);
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

/* LIFE_CREATED follows once more. */
static void put_logins(Supervisor *s)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        int r = creation_put_logins(s->creation, s->facts->container.id, &error);

        if (r >= 0)
                return;
        supervisor_fail_with(s, r, &error);
        supervisor_push(s, LIFE_FAILED);
}

void supervisor_act_prepare(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_prepared };

        if (creation_has_logins(s->creation)) {
                put_logins(s);
                return;
        }
        supervisor_step(s, engine_path("/containers/%s/json", s->facts->container.id), &ops,
                        (EngineCall){ .method = "GET" });
}
