/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

#include "conversion.h"

/* [X-Docker], what only Docker has: DockerArgs= and Options=. */
void add_docker_section(Conversion *c);
