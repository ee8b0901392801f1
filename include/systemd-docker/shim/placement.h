/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Whether a container has a placement note for the cgroup of a unit, and whether it was created there. */

#include <stdbool.h>

/* Looks for a placement note. Returns 1 with the cgroup for this container, for example
 * "/system.slice/web.service/ID", which belongs to the caller. Returns 0 if there is no note, if somebody
 * other than root could have written it, or if its cgroup no longer exists or is not delegated. -ENOMEM. */
int placement_find(const char *id, char **ret_cgroup);

/* A file marks a container that was created in its unit's cgroup, until the container is deleted, because
 * the real runtime needs the same options for each verb. placement_mark(): 0 or -errno. */
int placement_mark(const char *id);
bool placement_is_marked(const char *id);
void placement_unmark(const char *id);
