/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The request that creates the container: what several parts have to say about it. It is built again when
 * the cgroup mode turns out to be impossible. */

#include "request.h"
#include "creation.h"
#include "failure.h"
#include "machine.h"
#include "util/strv.h"

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
                supervisor_refuse(s, r, &error);
        return r;
}
