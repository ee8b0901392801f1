/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The creation of the container: what it is told, and what it reports. */

#include "reports-creation.h"
#include "creation.h"
#include "machine.h"
#include "refusal.h"
#include "reports-placement.h"
#include "util/macro.h"

static void on_created(const char *id, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_container_id(s->record, id);
        claim_set_container(s->claim, id);
        supervisor_push(s, LIFE_CREATED);
}

static void on_image_missing(void *userdata)
{
        supervisor_push(ASSERT_PTR(userdata), LIFE_IMAGE_WANTED);
}

static void on_name_taken(void *userdata)
{
        supervisor_push(ASSERT_PTR(userdata), LIFE_FOUND);
}

static void on_logins_put(void *userdata)
{
        supervisor_push(ASSERT_PTR(userdata), LIFE_CREATED); /* completely, now */
}

static void on_failed(int exit_status, const EngineFailure *failure, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        if (supervisor_in(s, PHASE_CREATING) && supervisor_fall_back(s, failure->line, LIFE_FOUND))
                return;
        supervisor_fail_engine(s, exit_status, failure);
}

int supervisor_make_creation(Supervisor *s)
{
        static const CreationOps ops = { on_created, on_image_missing, on_name_taken, on_logins_put,
                                         on_failed };
        const CreationConfig config = {
                .run = s->config.run,
                .context = s->config.context,
                .pass_environment = s->config.options->env,
                .unit = s->config.owner.unit,
                .user = s->config.owner.user,
        };

        return creation_new(&s->creation, s->event, s->engine, &config, s->facts, &ops, s);
}
