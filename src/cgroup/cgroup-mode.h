/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The cgroup mode: how the container's processes get into the unit's cgroup. It follows from --cgroup-mode
 * and from what the unit and the engine allow. Pure: it asks nobody and changes nothing. */

#include <stdbool.h>

#include "cli/options.h"
#include "codec/engine/engine-info.h"

typedef struct CgroupSituation {
        CgroupMode asked;
        bool in_service;
        bool hidden;            /* the unit's cgroup is not visible from here */
        bool delegated;         /* the unit has Delegate= */
        bool local;             /* the engine is on this machine */
        bool root;              /* we are root */
        bool mute;              /* the note for our runtime cannot be written */
        bool has_parent;        /* --cgroup-parent is given */
        bool has_runtime;       /* --runtime is given, and names another one than ours */
        const EngineInfo *info; /* NULL: the engine has not been asked */
} CgroupSituation;

typedef struct CgroupDecision {
        CgroupMode mode; /* AUTO, or DELEGATE without info: not decided, the engine has to be asked */
        bool by_runtime; /* with DELEGATE: through systemd-docker-runtime, not by --cgroup-parent */
        bool impossible; /* the user asked for DELEGATE, and something prevents it */
        const char *why; /* the reason, for a message after a colon; never NULL */
} CgroupDecision;

/* Decides. What *why points to lives for ever. */
CgroupDecision cgroup_mode_decide(const CgroupSituation *s);
