/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The unit's setting that does what a limit of docker run does, with its "=", for messages; see
 * systemd.resource-control(5). option: without dashes. */
const char *cgroup_limit_setting(const char *option);
