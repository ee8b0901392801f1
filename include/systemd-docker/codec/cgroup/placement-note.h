/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the supervisor leaves for systemd-docker-runtime: into which unit's cgroup a container belongs. A
 * file for each container, named by its id; the engine itself has no field that all its versions would hand
 * on to a runtime. */

#include <stddef.h>
#include <stdint.h>

/* Both only root can write. */
#define RUNTIME_STATE_FOLDER "/run/systemd-docker-runtime"
#define PLACEMENT_NOTE_FOLDER RUNTIME_STATE_FOLDER "/cgroups"
#define PLACEMENT_NOTE_MAX 8192U
/* Where its path begins: the one hierarchy of v2, without which nothing is announced. */
#define PLACEMENT_NOTE_CGROUP_ROOT "/sys/fs/cgroup"

typedef struct PlacementNote {
        char *cgroup;       /* of the unit, with v2: "/system.slice/web.service" */
        uint64_t cgroup_id; /* the kernel's number of it, so that a later cgroup of that path is not taken
                               for it */
} PlacementNote;

#define PLACEMENT_NOTE_NULL ((PlacementNote){ .cgroup = NULL })

void placement_note_done(PlacementNote *a);

/* The text of the file, the caller's. -EINVAL: no such path can be announced; -ENOMEM. */
int placement_note_format(const PlacementNote *a, char **ret);
/* -EBADMSG, -ENOMEM. */
int placement_note_parse(const char *text, PlacementNote *ret);
