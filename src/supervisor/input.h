/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Our standard input on its way to the container. */

#include "machine.h"

/* For a new life of the container; what was open is closed. Its state in facts: OPENING, or NONE where it
 * gets no input. */
void supervisor_ask_for_input(Supervisor *s);

/* Attaches to it as soon as that is due; then its state is OPEN, or ENDED where that failed, with a line. */
void supervisor_drive_input(Supervisor *s);
