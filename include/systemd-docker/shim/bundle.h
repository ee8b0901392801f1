/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* An OCI bundle: a folder that contains the config.json of a container (OCI runtime specification). */

#include <stdbool.h>

/* Sets the cgroup in which the runtime creates the container. bundle NULL: the working directory. cgroup:
 * the path below the root of the hierarchy.
 *
 * Returns 1 if config.json is changed. Returns 0 if there is no config.json that could be changed (missing,
 * not JSON, not for Linux): the real runtime then reports the error. -errno: a valid config.json could not
 * be changed. */
int bundle_set_cgroup(const char *bundle, const char *cgroup);

/* Whether the engine expects a scope of systemd for the container: it has written "SLICE:PREFIX:NAME"
 * instead of a path. False also if there is no such config.json. */
bool bundle_wants_scope(const char *bundle);
