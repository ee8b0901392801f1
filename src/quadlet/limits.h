/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Limits hold for the whole service, whatever way the container gets into its cgroup: so they are settings
 * of the unit. */

#include "conversion.h"

/* Sets what `docker run --OPTION value` would limit. What is no setting of the service is an error, with the
 * setting to write instead. */
void set_limit(Conversion *c, const UnitLine *line, const char *option, const char *value);
