/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The container is created (STATE_CREATING, STATE_PREPARING). */

#include "actions.h"
#include "creation.h"
#include "failure.h"
#include "machine.h"
#include "refusal.h"
#include "reports-condition.h"
#include "step.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/message-ids.h"
#include "verdict.h"

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
