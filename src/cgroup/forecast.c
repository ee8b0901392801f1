/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The decision of cgroup-mode.c, for a unit without a setting of its own that matters. */

#include "cgroup/forecast.h"
#include "cgroup-mode.h"
#include "codec/cgroup/placement-note.h"
#include "engine-view.h"

CgroupForecast cgroup_forecast(const EngineInfo *info, bool delegated)
{
        const CgroupSituation s = {
                .asked = CGROUP_MODE_AUTO,
                .in_service = true,
                .delegated = delegated,
                .local = true,
                .root = true,
                .no_shim = info->takes_shims
                                   ? engine_view_obstacle("/proc", ENGINE_PID_FILE, RUNTIME_STATE_FOLDER)
                                   : NULL,
                .info = info,
        };
        const CgroupDecision d = cgroup_mode_decide(&s);

        return (CgroupForecast){ cgroup_mode_to_string(d.mode), d.why };
}
