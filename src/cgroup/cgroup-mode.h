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
        bool too_old;           /* the engine is known to find no shim by its name */
        bool root;              /* we are root */
        bool mute;              /* the note for our runtime cannot be written */
        bool has_parent;        /* --cgroup-parent is given */
        bool has_runtime;       /* --runtime is given, and names another one than ours */
        bool other_hierarchy;   /* --cgroups is given, and does not name systemd's own */
        const char *no_move;    /* why we can't move processes into the unit; NULL: we can */
        const char *no_shim;    /* why the engine can't use our shim; NULL: it can */
        const EngineInfo *info; /* NULL: the engine has not been asked */
} CgroupSituation;

typedef struct CgroupDecision {
        CgroupMode
                mode; /* AUTO, or INSIDE or DELEGATE without info: not decided, the engine has to be asked */
        const char *runtime; /* with INSIDE and DELEGATE: the runtime that the request names; NULL: the
                                unit's cgroup is its --cgroup-parent */
        bool divided; /* with INSIDE and DELEGATE: the unit has Delegate=, and no process in its own cgroup
                       */
        bool impossible; /* the user asked for INSIDE or DELEGATE, and something prevents it */
        const char *why; /* the reason, for a message after a colon; never NULL */
} CgroupDecision;

/* Whether the container is created in the unit's cgroup in this mode. */
bool cgroup_mode_is_inside(CgroupMode mode);

/* The mode for a container that is not created in the unit after all: migrate, or none. why: the reason. */
CgroupDecision cgroup_mode_decide_otherwise(const CgroupSituation *s, const char *why);

/* Decides. What *why points to lives for ever. */
CgroupDecision cgroup_mode_decide(const CgroupSituation *s);
