/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The placement of the container in the unit's cgroup: what it is told, and what it reports. */

#include <string.h>

#include "failure.h"
#include "machine.h"
#include "reports-placement.h"
#include "request.h"
#include "util/macro.h"

static void on_oom(void *userdata)
{
        const Supervisor *s = ASSERT_PTR(userdata);

        condition_note_oom(s->condition);
}

int supervisor_make_placement(Supervisor *s)
{
        static const PlacementOps ops = { on_oom };
        struct json_object *draft = s->config.run->draft;
        const PlacementConfig config = {
                .options = s->config.options,
                .engine_is_local = engine_is_local(s->engine),
                .cgroup_parent = json_string_or(draft, "HostConfig/CgroupParent", NULL),
                .runtime = json_string_or(draft, "HostConfig/Runtime", NULL),
                .limit_option = run_options_limit_conflict(s->config.run),
        };

        return placement_new(&s->placement, s->event, &config, s->facts, &ops, s);
}

int supervisor_decide_placement(Supervisor *s, const EngineInfo *info)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        int r = placement_decide(s->placement, info, &error);

        if (r < 0 && (!info || error.exit_code == CLI_EXIT_CONFIG))
                supervisor_refuse(s, r, &error);
        else if (r < 0)
                supervisor_fail_with(s, r, &error);
        return r;
}

int supervisor_write_note(Supervisor *s)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        int r = placement_write_note(s->placement, &error);

        if (r < 0)
                supervisor_fail_with(s, r, &error);
        return r;
}

int supervisor_check_place(Supervisor *s)
{
        _cleanup_cli_error_ CliError error = CLI_ERROR_NULL;
        int r = placement_check(s->placement, &error);

        if (r < 0)
                supervisor_fail_with(s, r, &error);
        return r;
}

bool supervisor_fall_back(Supervisor *s, const char *message, LifeEvent event)
{
        if (s->facts->stop_requested || !placement_fall_back(s->placement, message))
                return false;
        supervisor_push(s, supervisor_build_request(s) < 0 ? LIFE_FAILED : event);
        return true;
}
