/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Keeps the processes of a container in the unit's cgroup that the engine has created elsewhere: moves them,
 * those that are forked meanwhile, and those that join later. It never fails its owner: what it cannot do is
 * a warning, once in its life. */

#include <systemd/sd-event.h>

#include "cli/options.h"
#include "facts/facts.h"

typedef struct Migration Migration;

/* All pointers are borrowed. -ENOMEM. */
int migration_new(Migration **ret, sd_event *event, const Options *options, const Facts *facts);
Migration *migration_free(Migration *m);

/* The container's own process (facts->container.pid) is about to be moved, and all others. Most of it has
 * happened when this returns. unit_path: what is below this cgroup stays where it is; NULL: nothing.
 * Returns the number of hierarchies in which something is to be moved, or -errno after a warning. */
int migration_begin(Migration *m, const char *unit_path);
/* Ends that. What was moved stays where it is. */
void migration_stop(Migration *m);

/* A process is about to join the container (`docker exec`). */
void migration_expect_joiner(Migration *m);

/* The unit's properties are known: says what does not apply to a container that was moved. */
void migration_explain(Migration *m);
