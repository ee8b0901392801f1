/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The note that the supervisor leaves for systemd-docker-runtime: the unit's cgroup in which a container
 * belongs. There is one file for each container, named after its id, because the engine has no field that
 * all its versions pass on to a runtime. See "WHICH CONTAINERS" in systemd-docker-runtime(8). */

#include <stddef.h>
#include <stdint.h>

/* Only root can write to these folders. */
#define RUNTIME_STATE_FOLDER "/run/systemd-docker-runtime"
#define PLACEMENT_NOTE_SUBFOLDER "cgroups"
#define PLACEMENT_NOTE_FOLDER RUNTIME_STATE_FOLDER "/" PLACEMENT_NOTE_SUBFOLDER
#define PLACEMENT_NOTE_MAX 8192U
typedef struct PlacementNote {
        char *cgroup;       /* the unit's cgroup in v2, for example "/system.slice/web.service" */
        char *runtime;      /* the real runtime, a path or a name in $PATH; NULL: the usual one */
        uint64_t cgroup_id; /* its inode number, which tells it from a later cgroup with the same path */
} PlacementNote;

#define PLACEMENT_NOTE_NULL ((PlacementNote){ .cgroup = NULL })

void placement_note_done(PlacementNote *a);

/* The text of the file, which belongs to the caller. -EINVAL: a path that a note cannot have; -ENOMEM. */
int placement_note_format(const PlacementNote *a, char **ret);
/* Free *ret with placement_note_done(). -EBADMSG: not a valid note; -ENOMEM. */
int placement_note_parse(const char *text, PlacementNote *ret);

/* The folder of the cgroup that the note names, the caller's. A note exists only where the hierarchy of
 * cgroup v2 is the only one and mounted at /sys/fs/cgroup. -ENOMEM. */
int placement_note_folder(const PlacementNote *a, char **ret);
