/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The image of the infra containers of pods: a program that waits for a signal. `systemd-docker image ensure
 * --infra` makes it. */

#define INFRA_IMAGE "localhost/systemd-docker-infra:1"
