/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What systemd is told when the container runs, when it is to reload, and at the end. */

#include "machine.h"

void supervisor_announce(Supervisor *s);
void supervisor_hand_back(Supervisor *s);
/* Has the container reload, by this signal. */
void supervisor_reload(Supervisor *s, int signo);
void supervisor_goodbye(Supervisor *s);
