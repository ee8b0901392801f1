/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Which way the container's processes get into the unit's cgroup: --cgroup-mode, and what can be done. Pure.
 */

#include <stdbool.h>

#include "cli/options.h"
#include "codec/engine/engine-info.h"

typedef struct CgroupSituation {
        CgroupMode asked;
        bool in_service;
        bool hidden;    /* no cgroup of a unit is seen from here */
        bool delegated; /* the unit has Delegate= */
        bool local;     /* the engine is on this machine */
        bool root;
        bool mute;              /* what our runtime reads can't be written */
        bool has_parent;        /* --cgroup-parent is given */
        bool has_runtime;       /* --runtime is given, and not ours */
        const EngineInfo *info; /* NULL: the engine was not asked yet */
} CgroupSituation;

typedef struct CgroupDecision {
        CgroupMode mode; /* AUTO: the engine has to be asked; DELEGATE without info: it has to be, too */
        bool by_runtime; /* delegate, through systemd-docker-runtime; else by the engine's own cgroup parent
                          */
        bool impossible; /* DELEGATE was asked for and can't be had */
        const char *why; /* one half of a sentence, never NULL */
} CgroupDecision;

CgroupDecision cgroup_mode_decide(const CgroupSituation *s);
