/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's errors. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "codec/engine/engine-error.h"
#include "util/cleanup.h"
#include "util/text.h"

static void check(int status, const char *body, size_t size, int error, const char *message)
{
        _cleanup_(engine_error_done) EngineError e = ENGINE_ERROR_NULL;

        cr_assert_eq(engine_error_parse(status, body, size, &e), 0);
        cr_assert_eq(e.http_status, status);
        cr_assert_eq(e.error, error);
        cr_assert_str_eq(e.message, message);
}

static void check_string(int status, const char *body, int error, const char *message)
{
        check(status, body, strlen(body), error, message);
}

Test(engine_error, the_engines_own_form)
{
        check_string(404, "{\"message\":\"No such container: x\"}\n", -ENOENT, "No such container: x");
        check_string(409, "{\"message\":\"Conflict. The name is in use.\"}", -EEXIST,
                     "Conflict. The name is in use.");
        check_string(500, "{\"message\":\"first\\nsecond \\u001b[31m\"}", -EREMOTEIO, "first second [31m");
        check_string(400, "{\"message\":\"\",\"cause\":\"why\"}", -EINVAL, "why");
        check_string(500, "{\"errorDetail\":{\"message\":\"pull failed\"},\"error\":\"x\"}", -EREMOTEIO,
                     "pull failed");
}

Test(engine_error, other_bodies)
{
        check_string(502, "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>nginx</body></html>",
                     -EREMOTEIO, "502 Bad Gateway nginx");
        check_string(404, "404 page not found\n", -ENOENT, "404 page not found");
        check_string(400, "{\"message\":", -EINVAL, "{\"message\":");
        check_string(400, "{\"message\":7}", -EINVAL, "{\"message\":7}");
        check_string(500, "[]", -EREMOTEIO, "[]");
        check(500, NULL, 0, -EREMOTEIO, "HTTP status 500");
        check_string(500, "<><", -EREMOTEIO, "HTTP status 500");
        check(304, "", 0, -EALREADY, "HTTP status 304");
        check(500, "\xff\0\x01x", 4, -EREMOTEIO, "? x");
}

Test(engine_error, long_bodies_are_cut)
{
        static char body[100000];
        _cleanup_(engine_error_done) EngineError e = ENGINE_ERROR_NULL;

        memset(body, 'x', sizeof(body));
        cr_assert_eq(engine_error_parse(500, body, sizeof(body), &e), 0);
        cr_assert_leq(strlen(e.message), ENGINE_ERROR_MESSAGE_MAX + 3);
        memset(body, '<', sizeof(body));
        cr_assert_eq(engine_error_parse(500, body, sizeof(body), &e), 0);
        cr_assert_str_eq(e.message, "HTTP status 500");
}

Test(engine_error, every_status_is_an_error)
{
        for (int i = -1; i < 1000; i++)
                cr_assert_lt(engine_error_from_status(i), 0);
        cr_assert_eq(engine_error_from_status(418), -EINVAL);
        cr_assert_eq(engine_error_from_status(599), -EREMOTEIO);
        cr_assert_eq(engine_error_from_status(200), -EPROTO);
        cr_assert_eq(engine_error_from_status(503), -EAGAIN);
}

Test(engine_error, without_an_answer)
{
        _cleanup_(engine_error_done) EngineError e = ENGINE_ERROR_NULL;

        cr_assert_eq(engine_error_set(&e, ENOENT, "Can't reach %s:\n%m", "it"), -ENOENT);
        cr_assert_eq(e.error, -ENOENT);
        cr_assert_eq(e.http_status, 0);
        cr_assert_str_eq(e.message, "Can't reach it: No such file or directory");
        cr_assert_eq(engine_error_set(&e, -EIO, "no such file or directory"), -EIO);
        /* The engine's socket is missing, not the command. */
        cr_assert_eq(engine_error_exit_code(&e), 125);
}

Test(engine_error, exit_codes_as_the_docker_cli)
{
        static const struct {
                const char *message;
                int code;
        } cases[] = {
                { "OCI runtime create failed: exec: \\\"nope\\\": executable file not found in $PATH: "
                  "unknown",
                  127 },
                { "exec: \\\"/nope\\\": stat /nope: no such file or directory: unknown", 127 },
                { "The system cannot find the file specified.", 127 },
                { "exec: \\\"/etc\\\": permission denied: unknown", 126 },
                { "exec: \\\"/etc\\\": is a directory: unknown", 126 },
                { "permission denied, and executable file not found", 127 },
                { "Permission Denied", 125 },
                { "No such image: x:latest", 125 },
                { "port is already allocated", 125 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(engine_error_done) EngineError e = ENGINE_ERROR_NULL;
                char body[256];
                int n = snprintf(body, sizeof(body), "{\"message\":\"%s\"}", cases[i].message);

                cr_assert_eq(engine_error_parse(400, body, (size_t) n, &e), 0);
                cr_assert_eq(engine_error_exit_code(&e), cases[i].code, "%s", e.message);
        }
        cr_assert_eq(engine_error_exit_code(&(EngineError){ .message = NULL }), 125);
}

Test(engine_error, passing_failures)
{
        static const struct {
                int r, status;
                bool passing;
        } cases[] = {
                { -ENOENT, 0, true },        { -ECONNREFUSED, 0, true }, { -ECONNRESET, 0, true },
                { -ETIMEDOUT, 0, true },     { -EAGAIN, 0, true },       { -EHOSTUNREACH, 0, true },
                { -ENETUNREACH, 0, true },   { -ENETDOWN, 0, true },     { -EACCES, 0, false },
                { -ENAMETOOLONG, 0, false }, { -EIO, 0, false },         { 0, 200, false },
                { -EIO, 403, false },        { -EIO, 500, true },        { -EIO, 503, true },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                cr_assert_eq(engine_failure_is_passing(cases[i].r, cases[i].status), cases[i].passing,
                             "%d, %d", cases[i].r, cases[i].status);
}
