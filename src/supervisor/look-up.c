/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* STATE_LOOKING_UP: is there a container of our name, whose is it, and what happens to it?
 *
 *   1. It is inspected. A container that another living supervisor has is not for us: claim.c.
 *   2. If it may be used, or seems to be ours, its image is looked at. Labels of an image are also labels of
 * all its containers: one that has our label from there was not created by us. And the unit's image may be
 * another one now.
 *   3. found.c judges. If the container is used, the engine must not restart it by itself. */

#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "claim.h"
#include "codec/engine/image-info.h"
#include "creation.h"
#include "failure.h"
#include "found.h"
#include "machine.h"
#include "refusal.h"
#include "reports-condition.h"
#include "restart-policy.h"
#include "settle.h"
#include "step.h"
#include "util/log.h"
#include "util/macro.h"
#include "verdict.h"

static bool has_to_pull(const Supervisor *s)
{
        return s->config.run->pull == PULL_ALWAYS && !s->facts->image_pulled;
}

static void push_absent(Supervisor *s)
{
        supervisor_push(s, has_to_pull(s) ? LIFE_IMAGE_WANTED : LIFE_ABSENT);
}

/* What happens to the container that was found; what is to be said of it is said here. */
static LifeEvent judge_found(Supervisor *s, const ClaimText *rival)
{
        _cleanup_(found_judgement_done) FoundJudgement judgement = FOUND_JUDGEMENT_NULL;
        const FoundCase found = {
                .rival = rival,
                .owner = &s->config.owner,
                .named_by_unit = s->config.named_by_unit,
                .image = s->config.run->image,
                .image_differs = s->image_differs,
                .request_hash = creation_hash(s->creation),
                .lacks = relay_lacks(s->relay),
                .logins_pending = creation_has_logins(s->creation),
        };
        int r = found_judge(s->facts, &found, &judgement);

        if (r < 0 || judgement.event == LIFE_FAILED)
                supervisor_fail_taken(s, judgement.message ?: "Out of memory.");
        else if (judgement.message)
                log_full(judgement.level, "%s", judgement.message);
        return r < 0 ? LIFE_FAILED : judgement.event;
}

/* The service goes on with the container that was found. */
static void keep_found(Supervisor *s)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        int r;

        if (supervisor_check_health_options(s) < 0) {
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        record_kept(s->record);
        creation_drop_logins(s->creation);
        r = creation_claim_cidfile(s->creation, &error);
        if (r < 0) {
                supervisor_fail_with(s, r, &error);
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        creation_write_cidfile(s->creation, s->facts->container.id);
        restart_policy_settle(s);
}

static void settle_found(Supervisor *s)
{
        LifeEvent event = judge_found(s, NULL);

        if (event == LIFE_FOUND)
                keep_found(s);
        else
                supervisor_push(s, event);
}

/* Its image */

static void ask_image(Supervisor *s, const char *name, const EngineRequestOps *ops)
{
        _cleanup_free_ char *escaped = engine_escape(name);

        supervisor_step(s, escaped ? engine_path("/images/%s/json", escaped) : NULL, ops,
                        (EngineCall){ .method = "GET" });
}

static void note_labels(Supervisor *s, const ImageInfo *image)
{
        const char *label = s->facts->container.request_label;

        if (label && image->request_label && strcmp(label, image->request_label) == 0)
                record_foreign(s->record);
}

/* Somebody may have removed it by force. */
static void on_its_image(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        _cleanup_(image_info_done) ImageInfo image = { .id = NULL };
        Supervisor *s = ASSERT_PTR(userdata);

        if (r >= 0 && image_info_parse(reply->body, reply->size, &image) >= 0)
                note_labels(s, &image);
        else if (!reply_is_absent(reply))
                record_foreign(s->record);
        settle_found(s);
}

/* The image that the unit names. It need not exist here. */
static void on_named_image(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        static const EngineRequestOps ops = { .on_done = on_its_image };
        _cleanup_(image_info_done) ImageInfo image = { .id = NULL };
        Supervisor *s = ASSERT_PTR(userdata);
        const ContainerInfo *c = &s->facts->container;
        bool known = r >= 0 && image_info_parse(reply->body, reply->size, &image) >= 0;
        bool same = known && strcmp(image.id, c->image_id) == 0;

        s->image_differs = known ? !same : strcmp(s->config.run->image, c->image) != 0;
        if (same) {
                note_labels(s, &image);
                settle_found(s);
        } else
                ask_image(s, c->image_id, &ops);
}

static void look_at_image(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_named_image };
        const ContainerInfo *c = &s->facts->container;
        bool may_be_used = c->running || !s->facts->remove;

        /* Nothing is asked about what is removed in any case. */
        if (!c->removing && (may_be_used || c->request_label) && *c->image_id)
                ask_image(s, s->config.run->image, &ops);
        else
                settle_found(s);
}

/* The container */

/* The engine takes "/web" for "web", and tells names without it. */
static const char *wanted_name(const Supervisor *s)
{
        const char *name = s->config.run->name;

        return name[0] == '/' ? name + 1 : name;
}

/* It only has the name of the unit, and is left as it is. */
static bool is_namesake(const Supervisor *s)
{
        return s->config.named_by_unit &&
               found_maker(&s->facts->container, &s->config.owner) != FOUND_MAKER_OURS;
}

static void found(Supervisor *s)
{
        const ContainerInfo *c = &s->facts->container;
        const ClaimText *rival = claim_rival(s->claim, c->id, c->user);

        if (rival) {
                supervisor_push(s, judge_found(s, rival));
                return;
        }
        claim_seize(s->claim);
        claim_set_container(s->claim, c->id);
        record_found(s->record);
        output_name_container(s->output);
        if (!c->removing && !is_namesake(s) && supervisor_process_is_dead(s))
                supervisor_push(s, supervisor_judge_dead(s));
        else if (has_to_pull(s) && !s->facts->remove)
                supervisor_push(s, LIFE_IMAGE_WANTED); /* and then it is looked at again */
        else
                look_at_image(s);
}

static void absent(Supervisor *s)
{
        const ClaimText *rival = claim_rival(s->claim, "", "");
        _cleanup_free_ char *message = rival ? found_refusal(wanted_name(s), rival) : NULL;

        if (rival) {
                supervisor_fail_taken(s, message ?: "Out of memory.");
                supervisor_push(s, LIFE_FAILED);
                return;
        }
        claim_seize(s->claim);
        push_absent(s);
}

static void on_looked_up(EngineRequest *request, int r, const EngineReply *reply, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (reply_is_absent(reply)) {
                absent(s);
                return;
        }
        if (r < 0) {
                supervisor_step_failed(s, "look for the container", reply);
                return;
        }
        if (supervisor_take_info(s, reply) < 0)
                return;
        /* The engine also takes the first digits of an id for a name. */
        if (strcmp(s->facts->container.name, wanted_name(s)) != 0)
                absent(s);
        else
                found(s);
}

void supervisor_act_look_up(Supervisor *s)
{
        static const EngineRequestOps ops = { .on_done = on_looked_up };
        _cleanup_free_ char *name = NULL;

        record_no_container(s->record);
        s->image_differs = false;
        if (!s->config.run->name) {
                push_absent(s);
                return;
        }
        claim_take(s->claim);
        name = engine_escape(wanted_name(s));
        supervisor_step(s, name ? engine_path("/containers/%s/json", name) : NULL, &ops,
                        (EngineCall){ .method = "GET" });
}
