/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Keys and sections that are not where they stand, and what the person may have meant. */

#include "conversion.h"

const QuadletKey *quadlet_key_find(const QuadletKey *keys, size_t n, const char *name);

/* A line in the type's own section whose key the type does not have: an error. */
void unknown_key(Conversion *c, const UnitLine *line);
/* A line in [Unit], [Service] or [Install]: a warning if its key is one of another section, because systemd
 * ignores it there. */
void misplaced_key(Conversion *c, const UnitLine *line);
/* A section that a file of this type does not have: an error. */
void unknown_section(Conversion *c, const UnitLine *line, const char *own);
