/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Who we are: the process of a service, somebody below one, or by hand. */

#include <sys/types.h>

#include "facts/facts.h"
#include "systemd/unit-info.h"

/* exec_pid: the value of $SYSTEMD_EXEC_PID or NULL. May wait for systemd, up to some seconds. *ret_error:
 * -errno if we are in a unit of the system's, and systemd cannot be asked what we are there; then the answer
 * is "by hand". Else 0. */
Standing standing_find(const char *exec_pid, int *ret_error);

/* What it means. start: of the unit whose cgroup we are in; NULL: we are in none, or systemd cannot be
 * asked. main_is_ancestor: of ours. */
Standing standing_judge(const char *exec_pid, pid_t self, const UnitStart *start, bool main_is_ancestor);
