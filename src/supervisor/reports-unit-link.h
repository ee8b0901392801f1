/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the part unit-link reports, turned into facts and events. */

#include "machine.h"

extern const UnitLinkOps supervisor_unit_link_ops;
/* The op say() of parts: a line for the log. */
void supervisor_say(int level, const char *message_id, const char *message, void *userdata);
/* Asks systemd for the unit's properties, which then become facts. */
void supervisor_ask_unit(Supervisor *s);
