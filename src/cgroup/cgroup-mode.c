/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The mode is delegate if nothing prevents it, otherwise migrate.
 *
 * The engine's cgroup driver decides how the container gets into the unit. "cgroupfs" accepts any folder as
 * --cgroup-parent, and therefore the unit's. "systemd" accepts only slices, in which systemd then creates a
 * scope: there, only our own runtime can create the container somewhere else. */

#include <stddef.h>

#include "cgroup-mode.h"
#include "codec/cgroup/placement-note.h"

/* What prevents mode delegate with every engine; NULL: nothing. */
static const char *obstacle(const CgroupSituation *s)
{
        if (s->hidden)
                return "no cgroup of a unit is seen from here";
        if (!s->delegated)
                return "the unit has no Delegate=";
        if (!s->local)
                return "the engine is not on this machine";
        if (s->has_parent)
                return "--cgroup-parent says where the container belongs";
        return NULL;
}

/* What prevents it with this engine; NULL: nothing. */
static const char *obstacle_of_engine(const CgroupSituation *s)
{
        const EngineInfo *i = s->info;

        if (i->rootless)
                return "the engine is a rootless one";
        if (i->cgroup_driver == CGROUP_DRIVER_CGROUPFS)
                return NULL;
        if (i->cgroup_driver != CGROUP_DRIVER_SYSTEMD)
                return "the engine has no cgroup driver that is known";
        if (!i->cgroup_v2)
                return "the engine has the cgroup driver systemd with cgroup v1";
        if (!i->has_our_runtime)
                return "the engine has the cgroup driver systemd and not our runtime, see `systemd-docker "
                       "setup`";
        if (s->has_runtime)
                return "--runtime names another runtime than ours";
        if (!s->root)
                return "only root can tell our runtime where the container belongs";
        if (s->mute)
                return RUNTIME_STATE_FOLDER
                        " can't be written, to tell our runtime where the container belongs";
        return NULL;
}

CgroupDecision cgroup_mode_decide(const CgroupSituation *s)
{
        CgroupDecision d = { .mode = s->asked, .why = "as asked for" };
        const char *why;

        if (s->asked == CGROUP_MODE_MIGRATE || s->asked == CGROUP_MODE_NONE)
                return d;
        if (s->asked == CGROUP_MODE_AUTO && !s->in_service)
                return (CgroupDecision){ .mode = CGROUP_MODE_NONE, .why = "this is no service" };
        why = obstacle(s);
        if (!why && !s->info)
                return (CgroupDecision){ .mode = s->asked, .why = "the engine has to be asked" };
        if (!why)
                why = obstacle_of_engine(s);
        if (why && s->asked == CGROUP_MODE_DELEGATE)
                return (CgroupDecision){ .mode = CGROUP_MODE_DELEGATE, .impossible = true, .why = why };
        if (why)
                return (CgroupDecision){ .mode = CGROUP_MODE_MIGRATE, .why = why };
        d.mode = CGROUP_MODE_DELEGATE;
        d.by_runtime = s->info->cgroup_driver == CGROUP_DRIVER_SYSTEMD;
        d.why = d.by_runtime ? "the unit has Delegate=, and the engine has our runtime"
                             : "the unit has Delegate=, and the engine has the cgroup driver cgroupfs";
        return d;
}
