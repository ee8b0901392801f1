/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* What the part output reports, turned into facts and events. */

#include "machine.h"

int supervisor_open_output(Supervisor *s);
/* The container's output can't be opened once more. */
void supervisor_report_output_failure(Supervisor *s, int error);
