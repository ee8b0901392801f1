/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

#include "conversion.h"

/* A container with Pod=: it takes the network and the IPC namespace of the pod's infra container. */
void join_pod(Conversion *c);

/* The pod's name for its infra container. The caller's; NULL: memory ran out. */
char *infra_name(const char *pod_name);
