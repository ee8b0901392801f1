/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Whether a value looks like what its key takes. */

#include "conversion.h"

void check_values(Conversion *c, const QuadletKey *key, const KeyValues *values);
