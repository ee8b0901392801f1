/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine starts a probe every `interval`, and a probe can take `timeout`. Failures during the `start
 * period` do not count. After it, `retries` failures in a row make the container unhealthy. That can take
 * one interval longer, because the start period can end anywhere between two probes. */

#include <stdlib.h>
#include <string.h>

#include "codec/engine/health-check.h"
#include "util/macro.h"
#include "util/text.h"
#include "json/json.h"

/* The engine's defaults, which it uses for 0 and for absent members. */
#define INTERVAL_DEFAULT_USEC (30 * USEC_PER_SEC)
#define TIMEOUT_DEFAULT_USEC (30 * USEC_PER_SEC)
#define RETRIES_DEFAULT 3

void health_check_done(HealthCheck *h)
{
        free(h->output);
        *h = HEALTH_CHECK_NULL;
}

static uint64_t duration_or(struct json_object *inspect, const char *path, uint64_t fallback)
{
        int64_t nsec = json_int_or(inspect, path, 0);

        return nsec > 0 ? (uint64_t) nsec / NSEC_PER_USEC : fallback;
}

static uint64_t parse_limit(struct json_object *inspect)
{
        uint64_t start = duration_or(inspect, "Config/Healthcheck/StartPeriod", 0),
                 interval = duration_or(inspect, "Config/Healthcheck/Interval", INTERVAL_DEFAULT_USEC),
                 timeout = duration_or(inspect, "Config/Healthcheck/Timeout", TIMEOUT_DEFAULT_USEC), limit;
        int64_t retries = json_int_or(inspect, "Config/Healthcheck/Retries", 0);

        if (retries <= 0)
                retries = RETRIES_DEFAULT;
        if (__builtin_mul_overflow(interval + timeout, (uint64_t) retries + 1, &limit) ||
            __builtin_add_overflow(limit, start, &limit))
                return UINT64_MAX;
        return limit;
}

static bool parse_present(struct json_object *inspect)
{
        struct json_object *test;
        const char *kind;

        if (json_get(inspect, "Config/Healthcheck/Test", json_type_array, &test) < 0 ||
            json_object_array_length(test) == 0)
                return false;
        kind = json_object_get_string(json_object_array_get_idx(test, 0));
        return kind && strcmp(kind, "NONE") != 0;
}

static int parse_last_probe(struct json_object *inspect, HealthCheck *h)
{
        struct json_object *log, *last;
        int64_t code, failures = json_int_or(inspect, "State/Health/FailingStreak", 0);
        const char *output;

        h->failures = failures > 0 && failures <= INT32_MAX ? (int) failures : 0;
        if (json_get(inspect, "State/Health/Log", json_type_array, &log) < 0 ||
            json_object_array_length(log) == 0)
                return 0;
        last = json_object_array_get_idx(log, json_object_array_length(log) - 1);
        code = json_int_or(last, "ExitCode", -1);
        output = json_string_or(last, "Output", "");
        h->exit_code = code >= 0 && code <= 255 ? (int) code : -1;
        h->output = text_one_line(output, strlen(output), HEALTH_CHECK_OUTPUT_MAX);
        return h->output ? 0 : -ENOMEM;
}

int health_check_parse(struct json_object *inspect, HealthCheck *ret)
{
        HealthCheck h = HEALTH_CHECK_NULL;
        int r;

        h.present = parse_present(inspect);
        h.limit_usec = parse_limit(inspect);
        r = parse_last_probe(inspect, &h);
        if (r < 0)
                return r;
        *ret = h;
        return 0;
}
