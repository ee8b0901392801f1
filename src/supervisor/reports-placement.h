/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the part placement reports, turned into facts and events. */

#include "machine.h"

int supervisor_make_placement(Supervisor *s);
/* placement_decide(): 0 where info is needed for it. A failure is recorded. */
int supervisor_decide_placement(Supervisor *s, const EngineInfo *info);
/* placement_write_note() and placement_check(); a failure is recorded. */
int supervisor_write_note(Supervisor *s);
int supervisor_check_place(Supervisor *s);
/* The engine has failed to create or start the container, with this message. True: the next cgroup mode is
 * to be tried, and event is pushed. False: the message is not about the cgroup mode, or there is no other
 * one. */
bool supervisor_fall_back(Supervisor *s, const char *message, LifeEvent event);
