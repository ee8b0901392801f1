/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What systemd is told when the container runs, when it is to reload, and at the end. */

#include "machine.h"

void supervisor_announce(Supervisor *s);
void supervisor_hand_back(Supervisor *s);
/* Has the container reload, by this signal. */
void supervisor_reload(Supervisor *s, int signo);
/* If systemd waits for the end of a reload, it is over: the container has ended, or nothing can be done. */
void supervisor_end_reload(Supervisor *s);
void supervisor_goodbye(Supervisor *s);
