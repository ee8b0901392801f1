/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Whether a container has a placement note for the cgroup of a unit, and whether it was created there. */

#include <stdbool.h>
#include <stddef.h>

typedef struct Place {
        char *cgroup;  /* of this container, for example "/system.slice/web.service/ID" */
        char *runtime; /* the real runtime; NULL: the usual one */
} Place;

#define PLACE_NULL ((Place){ .cgroup = NULL })

void place_done(Place *p);

/* Looks for a placement note. Returns 1 with the place of this container; free *ret with place_done().
 * Returns 0 if there is no note, if somebody other than root could have written it, or if its cgroup no
 * longer exists, or neither is delegated nor has its controllers covered (controllers.h). -ENOMEM. */
int placement_find(const char *id, Place *ret);

/* 1 if the container has a placement note for a cgroup that is not delegated, with the cgroup's folder,
 * which belongs to the caller. 0: it has none. -ENOMEM. */
int placement_find_undelegated(const char *id, char **ret_folder);

/* A file marks a container that was created in its unit's cgroup, until the container is deleted, because
 * the real runtime needs the same options for each verb. runtime: as in Place. placement_mark(): 0 or
 * -errno. placement_read_mark(): 1 if it is marked, 0 if not, -ENOMEM; *ret_runtime belongs to the caller.
 */
int placement_mark(const char *id, const char *runtime);
int placement_read_mark(const char *id, char **ret_runtime);
void placement_unmark(const char *id);
