/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

#include <criterion/criterion.h>
#include <string.h>

#include "codec/engine/health-check.h"
#include "util/macro.h"
#include "json/json.h"

static void parse(const char *text, HealthCheck *ret)
{
        _cleanup_json_ struct json_object *o = NULL;

        cr_assert_eq(json_parse(text, strlen(text), &o), 0, "%s", text);
        cr_assert_eq(health_check_parse(o, ret), 0);
}

#define CHECK(members) "{\"Config\":{\"Healthcheck\":{" members "}}}"

Test(health_check, present)
{
        static const struct {
                const char *text;
                bool present;
        } cases[] = {
                { CHECK("\"Test\":[\"CMD-SHELL\",\"true\"]"), true },
                { CHECK("\"Test\":[\"CMD\"]"), true },
                { CHECK("\"Test\":[\"NONE\"]"), false },
                { CHECK("\"Test\":[]"), false },
                { CHECK("\"Test\":[null]"), false },
                { CHECK("\"Test\":\"CMD\""), false },
                { CHECK(""), false },
                { "{\"Config\":{\"Healthcheck\":null}}", false },
                { "{}", false },
                { "[]", false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(health_check_done) HealthCheck h = HEALTH_CHECK_NULL;

                parse(cases[i].text, &h);
                cr_assert_eq(h.present, cases[i].present, "%s", cases[i].text);
                cr_assert_eq(h.exit_code, -1);
                cr_assert_null(h.output);
        }
}

static uint64_t limit_of(const char *text)
{
        _cleanup_(health_check_done) HealthCheck h = HEALTH_CHECK_NULL;

        parse(text, &h);
        return h.limit_usec;
}

Test(health_check, limit)
{
        cr_assert_eq(limit_of("{}"), 4 * 60 * USEC_PER_SEC);
        cr_assert_eq(limit_of(CHECK("\"StartPeriod\":5000000000,\"Interval\":2000000000,\"Timeout\":"
                                    "1000000000,\"Retries\":2")),
                     14 * USEC_PER_SEC);
        cr_assert_eq(limit_of(CHECK("\"StartPeriod\":-1,\"Interval\":-5,\"Timeout\":0,\"Retries\":-7")),
                     4 * 60 * USEC_PER_SEC);
        cr_assert_eq(limit_of(CHECK("\"Interval\":9223372036854775807,\"Retries\":9223372036854775807")),
                     UINT64_MAX);
        cr_assert_eq(limit_of(CHECK("\"Interval\":\"1s\",\"Timeout\":[],\"Retries\":\"3\"")),
                     4 * 60 * USEC_PER_SEC);
}

Test(health_check, last_probe)
{
        _cleanup_(health_check_done) HealthCheck h = HEALTH_CHECK_NULL;

        parse("{\"State\":{\"Health\":{\"FailingStreak\":3,\"Log\":[{\"ExitCode\":0,\"Output\":\"fine\"},"
              "{\"ExitCode\":1,\"Output\":\"can't\\nconnect\\u001b[m \\n\"}]}}}",
              &h);
        cr_assert_eq(h.failures, 3);
        cr_assert_eq(h.exit_code, 1);
        cr_assert_str_eq(h.output, "can't connect [m");
}

Test(health_check, probes_that_make_no_sense)
{
        static const char *const texts[] = {
                "{\"State\":{\"Health\":{\"FailingStreak\":-3,\"Log\":[7]}}}",
                "{\"State\":{\"Health\":{\"FailingStreak\":99999999999,\"Log\":[{\"ExitCode\":-1,\"Output\":"
                "{}}]}}}",
                "{\"State\":{\"Health\":{\"Log\":[{\"ExitCode\":256}]}}}",
                "{\"State\":{\"Health\":{\"Log\":[null]}}}",
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_(health_check_done) HealthCheck h = HEALTH_CHECK_NULL;

                parse(texts[i], &h);
                cr_assert_eq(h.failures, 0);
                cr_assert_eq(h.exit_code, -1);
                cr_assert_str_eq(h.output, "");
        }
}

Test(health_check, output_is_bounded)
{
        _cleanup_(health_check_done) HealthCheck h = HEALTH_CHECK_NULL;
        static char text[8192];
        size_t n = (size_t) sprintf(text, "{\"State\":{\"Health\":{\"Log\":[{\"ExitCode\":1,\"Output\":\"");

        memset(text + n, 'x', 5000);
        strcpy(text + n + 5000, "\"}]}}}");
        parse(text, &h);
        cr_assert_leq(strlen(h.output), HEALTH_CHECK_OUTPUT_MAX + 3);
}
