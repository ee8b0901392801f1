/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The text of a service's unit, out of a finished conversion or out of the findings of one that failed. */

#include "conversion.h"

/* Both set unit->text; NULL if memory ran out or the text is too large. */
void write_unit(Conversion *c);
/* A unit that fails at its start with the errors as its output. */
void write_broken_unit(QuadletUnit *u);
