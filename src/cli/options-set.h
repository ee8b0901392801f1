/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#pragma once

/* The setters of the options, see options_help_table(). */

#include "cli/options.h"

/* i: the index in the table. A value >= 0, -ENOMEM, or -EINVAL for a bad value. */
int options_set(Options *o, size_t i, const char *value);
