/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Our standard input on its way to the container. */

#include "machine.h"

int supervisor_open_input(Supervisor *s);
