/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the engine reports of the container, turned into facts and events. */

#include "machine.h"

/* Takes what inspect said over, and reports what differs. */
void supervisor_report_info(Supervisor *s, ContainerInfo *info);
extern const SignalsOps supervisor_signals_ops;
extern const EngineEventsOps supervisor_engine_events_ops;
extern const ExitWaitOps supervisor_exit_wait_ops;
void supervisor_report_exit_code(Supervisor *s, int code);
void supervisor_report_dead(Supervisor *s);
/* inspect says so: the engine knows it, too. */
void supervisor_report_not_running(Supervisor *s, int code);
