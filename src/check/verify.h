/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

#include <stdbool.h>

#include "quadlet/set.h"

/* Has systemd read the services of the set, and adds what it complains of to the findings of their units,
 * with the line of the file that it is from. Without systemd-analyze(1) nothing is added. is_wanted: which
 * units. 0 or -errno. */
int verify_units(QuadletSet *set, bool user, bool (*is_wanted)(const QuadletUnit *u, void *userdata),
                 void *userdata);
