/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Where the unit files are, in order of precedence. */

#include "quadlet/buffer.h"

/* Appends the folders of the system's manager or of this user's. SYSTEMD_DOCKER_UNIT_DIRS, separated by ":",
 * replaces all of them. A folder may not exist. ret->failed: memory ran out. */
void unit_folders(bool user, Words *ret);
