/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* From folders to a set of parsed unit files. */

#include "generator/report.h"
#include "quadlet/set.h"

/* Finds the unit files in the folders (the first one of a name counts), reads them and their drop-ins, and
 * adds them to the set. What cannot be read is reported, one line each, and left out; or is a finding of its
 * unit. user: sub-folders of /etc/docker/systemd/users that are another user's are left out; else all of
 * users/. -ENOMEM. */
int collect_units(const Words *folders, bool user, QuadletSet *set, Report *report);
