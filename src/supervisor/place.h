/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What depends on where the container is. */

#include <stdbool.h>

#include "machine.h"

bool supervisor_is_in_unit(const Supervisor *s);
void supervisor_explain_place(Supervisor *s, bool in_unit);
/* Who is the main process, and whether we can detach. */
void supervisor_decide_main_process(Supervisor *s, bool in_unit);
/* The container is not paused any more: it can be moved, and what depends on that is decided. */
void supervisor_note_going_on(Supervisor *s);
