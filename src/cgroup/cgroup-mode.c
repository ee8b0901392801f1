/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* Nothing but the unit and the engine decides: the first way that both allow is taken, and else the
 * container is moved. If we can't do that either, it stays where the engine puts it.
 *
 *   by the engine   Its cgroup driver "cgroupfs" accepts any folder as --cgroup-parent, and therefore the
 *                   unit's. "systemd" accepts only slices, in which systemd then creates a scope.
 *   by our runtime  It is registered with the engine by `systemd-docker setup`.
 *   by our shim     Docker 23 and later find it by its name.
 *
 * The first two need Delegate=: only the shim can keep a runtime from enabling controllers that systemd has
 * not delegated. */

#include <stddef.h>

#include "cgroup-mode.h"
#include "codec/cgroup/placement-note.h"

#define TOO_OLD "the engine is older than Docker 23, and the unit has no Delegate="
#define HAS_PARENT "--cgroup-parent says where the container belongs"

bool cgroup_mode_is_inside(CgroupMode mode)
{
        return mode == CGROUP_MODE_INSIDE || mode == CGROUP_MODE_DELEGATE;
}

/* What prevents every way into the unit; NULL: nothing. */
static const char *obstacle(const CgroupSituation *s)
{
        if (s->hidden)
                return "no cgroup of a unit is seen from here";
        if (!s->delegated && s->asked == CGROUP_MODE_DELEGATE)
                return "the unit has no Delegate=";
        if (!s->local)
                return "the engine is not on this machine";
        if (s->has_parent)
                return HAS_PARENT;
        if (s->too_old && !s->delegated)
                return TOO_OLD;
        if (s->info && s->info->unknown)
                return "the engine does not say what it can do";
        if (s->info && s->info->rootless)
                return "the engine is a rootless one";
        if (s->info && s->info->cgroup_driver == CGROUP_DRIVER_NONE)
                return "the engine has no cgroup driver that is known";
        return NULL;
}

/* What prevents that a runtime of ours puts it there. */
static const char *obstacle_of_note(const CgroupSituation *s)
{
        if (s->has_runtime)
                return "--runtime names another runtime than ours";
        if (!s->root)
                return "only root can tell our runtime where the container belongs";
        if (s->mute)
                return RUNTIME_STATE_FOLDER
                        " can't be written, to tell our runtime where the container belongs";
        return NULL;
}

static const char *obstacle_of_registered(const CgroupSituation *s)
{
        if (!s->delegated)
                return "the unit has no Delegate=";
        if (!s->info->cgroup_v2)
                return "the engine has the cgroup driver systemd with cgroup v1";
        if (!s->info->has_our_runtime)
                return "the engine has the cgroup driver systemd and not our runtime, see `systemd-docker "
                       "setup`";
        return obstacle_of_note(s);
}

static const char *obstacle_of_shim(const CgroupSituation *s)
{
        if (!s->info->cgroup_v2)
                return "the engine uses cgroup v1";
        if (s->other_hierarchy)
                return "--cgroups does not name the hierarchy of systemd";
        if (!*s->info->default_runtime)
                return "our runtime can't call the engine's default runtime";
        return obstacle_of_note(s) ?: s->no_shim;
}

static CgroupDecision inside(const CgroupSituation *s, const char *runtime, const char *why)
{
        return (CgroupDecision){
                .mode = s->asked == CGROUP_MODE_INSIDE || !s->delegated ? CGROUP_MODE_INSIDE
                                                                        : CGROUP_MODE_DELEGATE,
                .runtime = runtime,
                .divided = s->delegated,
                .why = why,
        };
}

/* Finds the way; mode AUTO: there is none. */
static CgroupDecision find_way(const CgroupSituation *s)
{
        const char *why;

        if (s->delegated && s->info->cgroup_driver == CGROUP_DRIVER_CGROUPFS)
                return inside(s, NULL,
                              "the unit has Delegate=, and the engine has the cgroup driver cgroupfs");
        why = obstacle_of_registered(s);
        if (!why)
                return inside(s, ENGINE_RUNTIME_NAME,
                              "the unit has Delegate=, and the engine has our runtime");
        if (s->info->takes_shims) {
                why = obstacle_of_shim(s);
                if (!why)
                        return inside(s, ENGINE_SHIM_RUNTIME_NAME,
                                      s->delegated ? "the unit has Delegate=, and the engine finds our shim"
                                                   : "the engine finds our shim");
        } else if (!s->delegated)
                why = TOO_OLD;
        return (CgroupDecision){ .mode = CGROUP_MODE_AUTO, .why = why };
}

/* Whoever names a parent wants the container there. */
CgroupDecision cgroup_mode_decide_otherwise(const CgroupSituation *s, const char *why)
{
        if (s->has_parent)
                return (CgroupDecision){ .mode = CGROUP_MODE_NONE, .why = HAS_PARENT };
        if (s->no_move)
                return (CgroupDecision){ .mode = CGROUP_MODE_NONE, .why = s->no_move };
        return (CgroupDecision){ .mode = CGROUP_MODE_MIGRATE, .why = why };
}

CgroupDecision cgroup_mode_decide(const CgroupSituation *s)
{
        CgroupDecision d = { .mode = s->asked, .why = "as asked for" };

        if (s->asked == CGROUP_MODE_MIGRATE || s->asked == CGROUP_MODE_NONE)
                return d;
        if (s->asked == CGROUP_MODE_AUTO && !s->in_service)
                return (CgroupDecision){ .mode = CGROUP_MODE_NONE, .why = "this is no service" };
        d = (CgroupDecision){ .mode = CGROUP_MODE_AUTO, .why = obstacle(s) };
        if (!d.why && !s->info)
                return (CgroupDecision){ .mode = s->asked, .why = "the engine has to be asked" };
        if (!d.why)
                d = find_way(s);
        if (d.mode == CGROUP_MODE_AUTO && s->asked == CGROUP_MODE_AUTO)
                d = cgroup_mode_decide_otherwise(s, d.why);
        else if (d.mode == CGROUP_MODE_AUTO)
                d = (CgroupDecision){ .mode = s->asked, .impossible = true, .why = d.why };
        return d;
}
