/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The image of the infra containers of pods: a program that waits for a signal. `systemd-docker image ensure
 * --infra` makes it. */

#define INFRA_REPOSITORY "localhost/systemd-docker-infra"
#define INFRA_TAG "1" /* another one for another program */
#define INFRA_IMAGE INFRA_REPOSITORY ":" INFRA_TAG
