/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The progress of a pull. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "codec/registry/pull-progress.h"
#include "util/cleanup.h"
#include "util/macro.h"

static int feed(PullProgress *p, const char *s)
{
        return pull_progress_feed(p, s, strlen(s));
}

static void check_string(const PullProgress *p, const char *expected)
{
        _cleanup_free_ char *s = pull_progress_to_string(p);

        cr_assert_str_eq(s, expected);
}

Test(pull_progress, a_whole_pull)
{
        static const struct {
                const char *line;
                int r;
                const char *text;
        } steps[] = {
                { "{\"status\":\"Pulling from library/x\",\"id\":\"latest\"}", 0, "0/0 layers" },
                { "{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"aaa\"}", 1,
                  "0/1 layers" },
                { "{\"status\":\"Already exists\",\"progressDetail\":{},\"id\":\"bbb\"}", 1, "1/2 layers" },
                { "{\"status\":\"Waiting\",\"progressDetail\":{},\"id\":\"aaa\"}", 0, "1/2 layers" },
                { "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":500000,\"total\":2000000},"
                  "\"id\":\"aaa\"}",
                  1, "1/2 layers, 0.5 of 2.0 MB, 25%" },
                { "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":500000,\"total\":2000000},"
                  "\"id\":\"aaa\"}",
                  0, "1/2 layers, 0.5 of 2.0 MB, 25%" },
                { "{\"status\":\"Retrying in 5 seconds\",\"progressDetail\":{},\"id\":\"aaa\"}", 0,
                  "1/2 layers, 0.5 of 2.0 MB, 25%" },
                { "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":1000,\"total\":2000000},"
                  "\"id\":\"aaa\"}",
                  0, "1/2 layers, 0.5 of 2.0 MB, 25%" },
                { "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":600000,\"total\":2000000},"
                  "\"id\":\"aaa\"}",
                  1, "1/2 layers, 0.6 of 2.0 MB, 30%" },
                { "{\"status\":\"Verifying Checksum\",\"progressDetail\":{},\"id\":\"aaa\"}", 0,
                  "1/2 layers, 0.6 of 2.0 MB, 30%" },
                { "{\"status\":\"Download complete\",\"progressDetail\":{},\"id\":\"aaa\"}", 1,
                  "1/2 layers, 2.0 of 2.0 MB, 100%" },
                { "{\"status\":\"Extracting\",\"progressDetail\":{\"current\":7,\"total\":2000000},\"id\":"
                  "\"aaa\"}",
                  1, "1/2 layers, 2.0 of 2.0 MB, 100%" },
                { "{\"status\":\"Extracting\",\"progressDetail\":{\"current\":7,\"units\":\"s\"},\"id\":"
                  "\"aaa\"}",
                  0, "1/2 layers, 2.0 of 2.0 MB, 100%" },
                { "{\"status\":\"Pull complete\",\"progressDetail\":{},\"id\":\"aaa\"}", 1,
                  "2/2 layers, 2.0 of 2.0 MB, 100%" },
                { "{\"status\":\"Digest: sha256:00\"}", 0, "2/2 layers, 2.0 of 2.0 MB, 100%" },
        };
        _cleanup_(pull_progress_done) PullProgress p = PULL_PROGRESS_NULL;

        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                cr_assert_eq(feed(&p, steps[i].line), steps[i].r, "%s", steps[i].line);
                check_string(&p, steps[i].text);
        }
        cr_assert_null(p.error);
}

Test(pull_progress, units)
{
        _cleanup_(pull_progress_done) PullProgress p = PULL_PROGRESS_NULL;

        feed(&p, "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":100,\"total\":2000},\"id\":"
                 "\"a\"}");
        check_string(&p, "0/1 layers, 0.1 of 2.0 kB, 5%");
        feed(&p, "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":1,\"total\":3000000000},"
                 "\"id\":\"b\"}");
        check_string(&p, "0/2 layers, 0.0 of 3.0 GB, 0%");
}

Test(pull_progress, errors)
{
        _cleanup_(pull_progress_done) PullProgress p = PULL_PROGRESS_NULL;

        cr_assert_eq(feed(&p, "{\"error\":\"manifest\\nunknown\"}"), 0);
        cr_assert_str_eq(p.error, "manifest unknown");
        cr_assert_eq(feed(&p, "{\"errorDetail\":{\"code\":401,\"message\":\"denied\"},\"error\":\"x\"}"), 0);
        cr_assert_str_eq(p.error, "denied");
}

Test(pull_progress, numbers_that_make_no_sense)
{
        _cleanup_(pull_progress_done) PullProgress p = PULL_PROGRESS_NULL;
        PullSummary s;

        cr_assert_eq(feed(&p, "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":-5,\"total\":-1},"
                              "\"id\":\"a\"}"),
                     1);
        cr_assert_eq(feed(&p, "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":9,\"total\":3},"
                              "\"id\":\"a\"}"),
                     1);
        s = pull_progress_summary(&p);
        cr_assert_eq(s.current, 3);
        cr_assert_eq(s.percent, 100);
        cr_assert_eq(feed(&p, "{\"status\":\"Downloading\",\"progressDetail\":7,\"id\":\"a\"}"), 0);
}

Test(pull_progress, sums_do_not_overflow)
{
        _cleanup_(pull_progress_done) PullProgress p = PULL_PROGRESS_NULL;
        char line[256];

        for (size_t i = 0; i < PULL_LAYERS_MAX; i++) {
                snprintf(line, sizeof(line),
                         "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":9223372036854775807,"
                         "\"total\":9223372036854775807},\"id\":\"%zu\"}",
                         i);
                cr_assert_eq(feed(&p, line), 1);
        }
        cr_assert_eq(pull_progress_summary(&p).percent, 100);
}

Test(pull_progress, number_of_layers_is_bounded)
{
        _cleanup_(pull_progress_done) PullProgress p = PULL_PROGRESS_NULL;
        char line[256];

        for (size_t i = 0; i < 2 * PULL_LAYERS_MAX; i++) {
                snprintf(line, sizeof(line), "{\"status\":\"Waiting\",\"id\":\"%zu\"}", i);
                cr_assert_eq(feed(&p, line), i < PULL_LAYERS_MAX);
        }
        cr_assert_eq(p.n_layers, PULL_LAYERS_MAX);
        cr_assert_eq(feed(&p, "{\"status\":\"Pull complete\",\"id\":\"3\"}"), 1);
        cr_assert_eq(feed(&p, "{\"status\":\"Waiting\",\"id\":"
                              "\"0123456789012345678901234567890123456789012345678901234567890"
                              "123456789\"}"),
                     0);
}

Test(pull_progress, no_such_objects)
{
        static const char *const bad[] = { "",    "{", "[]", "null", "7", "\"x\"", "{\"status\":\"\xff\"}",
                                           "{} x" };
        static const char *const odd[] = { "{}",
                                           "{\"status\":7,\"id\":\"a\"}",
                                           "{\"status\":\"Waiting\"}",
                                           "{\"status\":\"Waiting\",\"id\":\"\"}",
                                           "{\"error\":{}}",
                                           "{\"aux\":{\"ID\":\"x\"}}" };
        _cleanup_(pull_progress_done) PullProgress p = PULL_PROGRESS_NULL;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                cr_assert_eq(feed(&p, bad[i]), -EBADMSG, "%s", bad[i]);
        for (size_t i = 0; i < ELEMENTSOF(odd); i++)
                cr_assert_eq(feed(&p, odd[i]), 0, "%s", odd[i]);
        cr_assert_eq(p.n_layers, 0);
        cr_assert_null(p.error);
}
