/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Memory that a burst has needed. */

#include "machine.h"

/* Some time from now: what is not in use then. */
void supervisor_give_back_later(Supervisor *s);
/* The container has written a line, or a piece of one. */
void supervisor_note_line(Supervisor *s);
int supervisor_on_give_back(sd_event_source *source, uint64_t usec, void *userdata);
