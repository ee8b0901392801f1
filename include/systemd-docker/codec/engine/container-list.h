/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The answer of GET /containers/json: who has a port that we wanted. */

#include <stddef.h>

/* body: the answer. Finds the container that has published this port of the host. *ret: its name, in one
 * line; belongs to the caller. -ENOENT: none; -EINVAL: not such an answer; -ENOMEM. */
int container_list_find(const char *body, size_t size, unsigned port, char **ret);
