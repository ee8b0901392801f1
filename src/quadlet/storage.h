/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

#include "conversion.h"

/* Whether a .volume file says Copy=no, which Docker has at the mount. */
bool volume_is_nocopy(const QuadletUnit *volume);

/* Adds one line of Volume=, of this file or of the container's pod. */
void add_volume(Conversion *c, const UnitLine *line, const char *value);

/* The folders that ReadOnly= leaves writable, unless something is mounted there. */
void add_read_only_tmpfs(Conversion *c);
