/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

#include "conversion.h"

/* The log driver, if the file names none: the journal has the lines, and the engine's copy is kept small. */
void add_default_log_driver(Conversion *c);
