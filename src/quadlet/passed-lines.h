/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Lines of [Unit], [Service] and [Install], which go into the service's unit. */

#include "conversion.h"

/* Findings for what cannot be passed on. */
void check_passed_lines(Conversion *c);

/* Appends one of these lines; names of unit files in dependencies become names of services. */
void add_passed_line(Conversion *c, Buffer *b, const UnitLine *line);
