/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The controllers of a unit's cgroup that systemd has not delegated: nobody but systemd may enable them for
 * the cgroups below. */

#include <stdbool.h>

/* Puts this process into a mount namespace of its own in which the unit's cgroup.subtree_control is covered:
 * what is written there has no effect. folder: of the unit's cgroup, below /sys/fs/cgroup. 0 or -errno. */
int controllers_cover(const char *folder);

/* Whether that is so for this process. fd: the folder. */
bool controllers_are_covered(int fd);
