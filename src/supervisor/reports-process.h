/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the part process reports, turned into facts and events. */

#include "machine.h"

extern const ProcessOps supervisor_process_ops;
/* The process that inspect named, if it still is the container's and on this machine. 0: it is watched, or
 * there is nothing that we could watch. -ESRCH: it is dead already. -EXDEV: it is not where it has to be,
 * which is recorded as a failure. */
int supervisor_watch_process(Supervisor *s);
/* Records whether the container is deaf to its stop signal. */
void supervisor_note_stop_signal(Supervisor *s);
