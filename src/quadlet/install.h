/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* [Install]: a generator's units cannot be enabled, so the links are made right away. */

#include "conversion.h"

/* Sets unit->links. */
void install_links(Conversion *c);
