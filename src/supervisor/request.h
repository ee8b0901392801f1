/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The request that creates the container. */

#include "machine.h"

/* Builds the request that creates the container, for the engine that we are connected to. -errno: the
 * failure is recorded. */
int supervisor_build_request(Supervisor *s);
