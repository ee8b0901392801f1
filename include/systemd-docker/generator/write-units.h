/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* From converted units to files in the generator's folder. */

#include "generator/report.h"
#include "quadlet/set.h"

/* Writes the units and the links of their [Install] below the folder. Each appears in one step, so that
 * another generator at the same time, or a kill in between, never leaves half a unit. What fails is
 * reported. -ENOMEM, or what opening the folder fails with. */
int write_units(const char *folder, const QuadletSet *set, Report *report);

/* Prints the units instead: a line "---NAME---" before each, and its links after it. */
void print_units(const QuadletSet *set);
