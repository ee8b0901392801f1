/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The creation of the container: what it is told, and what it reports. */

#include "creation.h"
#include "supervisor-internal.h"
#include "util/macro.h"
#include "util/strv.h"

static void on_created(const char *id, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        record_container_id(s->record, id);
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

static void on_failed(int exit_status, const char *message, void *userdata)
{
        Supervisor *s = ASSERT_PTR(userdata);

        supervisor_fail(s, exit_status, "%s", message);
        supervisor_push(s, LIFE_FAILED);
}

int supervisor_make_creation(Supervisor *s)
{
        static const CreationOps ops = { on_created, on_image_missing, on_name_taken, on_logins_put,
                                         on_failed };
        const CreationConfig config = {
                .run = s->config.run,
                .context = s->config.context,
                .pass_environment = s->config.options->env,
        };

        return creation_new(&s->creation, s->event, s->engine, &config, s->facts, &ops, s);
}

static int build_request(Supervisor *s, CliError *reterr)
{
        _cleanup_strv_free_ char **environment = NULL, **binds = NULL;
        PlacementRequest placement = placement_request(s->placement);
        int r = relay_extras(s->relay, &environment, &binds, reterr);

        if (r < 0)
                return r;
        return creation_build(s->creation,
                              &(RunRequestExtras){ .environment = environment,
                                                   .binds = binds,
                                                   .cgroup_parent = placement.cgroup_parent,
                                                   .runtime = placement.runtime },
                              reterr);
}

int supervisor_build_request(Supervisor *s)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        int r = build_request(s, &error);

        if (r < 0)
                supervisor_fail_with(s, r, &error);
        return r;
}
