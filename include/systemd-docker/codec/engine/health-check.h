/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* HEALTHCHECK, as GET /containers/{id}/json tells of it: what is configured, and what the last probe said.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

typedef struct HealthCheck {
        bool present;
        uint64_t limit_usec; /* from the start until the engine calls a container unhealthy that never was
                                healthy, at most */
        int failures;        /* in a row */
        int exit_code;       /* of the last probe; -1: none yet */
        char *output;        /* of the last probe, one line, bounded; NULL: none yet */
} HealthCheck;

#define HEALTH_CHECK_NULL ((HealthCheck){ .exit_code = -1 })
#define HEALTH_CHECK_OUTPUT_MAX 500

/* inspect: the whole answer. What it does not say, or says oddly, is as the engine's defaults. -ENOMEM. */
int health_check_parse(struct json_object *inspect, HealthCheck *ret);
void health_check_done(HealthCheck *h);
