/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Whether a container has been announced for a unit's cgroup, and whether it was put there. */

#include <stdbool.h>

/* The cgroup for this container, "/system.slice/web.service/ID", the caller's. 1: there is one. 0: none was
 * announced, or by nobody whom we'd trust, or for a cgroup that isn't there any more. -ENOMEM. */
int placement_find(const char *id, char **ret_cgroup);

/* That one was put there is kept in a file of ours, until it is deleted: the runtime has to be told the same
 * every time. */
int placement_mark(const char *id);
bool placement_is_marked(const char *id);
void placement_unmark(const char *id);
