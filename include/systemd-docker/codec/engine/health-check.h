/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* The health check of a container, from GET /containers/{id}/json: its configuration and the result of its
 * last probe. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

typedef struct HealthCheck {
        bool present;
        uint64_t limit_usec; /* the longest time from the start until the engine calls a container unhealthy
                                that never was healthy */
        int failures;        /* in a row */
        int exit_code;       /* of the last probe; -1: no probe yet */
        char *output;        /* of the last probe, one line of limited length; NULL: no probe yet */
} HealthCheck;

#define HEALTH_CHECK_NULL ((HealthCheck){ .exit_code = -1 })
#define HEALTH_CHECK_OUTPUT_MAX 500

/* inspect: the whole answer. For members that are absent or of the wrong type, the engine's defaults are
 * used. Free *ret with health_check_done(). -ENOMEM. */
int health_check_parse(struct json_object *inspect, HealthCheck *ret);
void health_check_done(HealthCheck *h);
