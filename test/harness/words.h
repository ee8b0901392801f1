/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Command lines of tests. Words are separated by exactly one blank, so that there is an empty word between
 * two blanks. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>

#include "run/run-request.h"
#include "util/macro.h"
#include "util/strv.h"
#include "json/json.h"

static inline char **words_of(const char *line)
{
        char **words = NULL;

        for (;;) {
                size_t n = strcspn(line, " ");

                cr_assert(strv_consume(&words, strndup(line, n)) >= 0);
                if (!line[n])
                        return words;
                line += n + 1;
        }
}

static inline const CliContext *test_context(void)
{
        static char *environment[] = { (char *) "DOCKER_CONFIG=/nonexistent", (char *) "FROM=outside",
                                       NULL };
        static const CliContext context = {
                .environment = environment,
                .dir_fd = AT_FDCWD,
                .directory = "/work",
                .machine = "x86_64",
        };

        return &context;
}

static inline RunOptions *parse_or_die(const char *line)
{
        _cleanup_strv_free_ char **words = words_of(line);
        CliError error = CLI_ERROR_NULL;
        RunOptions *o = NULL;

        cr_assert(run_options_parse(words, test_context(), &o, &error) >= 0, "%s: %s", line, error.message);
        return o;
}

/* The member at path of the request for a line, as JSON text, or "" if there is none. */
static inline char *request_member(const char *line, ApiVersion version, const RunRequestExtras *extras,
                                   const char *path)
{
        _cleanup_(run_options_freep) RunOptions *o = parse_or_die(line);
        _cleanup_json_ struct json_object *body = NULL;
        CliError error = CLI_ERROR_NULL;
        struct json_object *at;
        _cleanup_free_ char *copy = strdup(path);
        char *rest = copy;

        cr_assert(run_request_build(o, &version, extras, &body, &error) >= 0, "%s: %s", line, error.message);
        at = body;
        for (char *name; at && (name = strsep(&rest, "/"));)
                if (!json_object_object_get_ex(at, name, &at))
                        at = NULL;
        return strdup(at ? json_object_to_json_string_ext(at, JSON_C_TO_STRING_PLAIN |
                                                                      JSON_C_TO_STRING_NOSLASHESCAPE)
                         : "");
}

/* Expects a refusal with this exit code, and this word in the message. */
static inline void assert_refused(const char *line, int exit_code, const char *word)
{
        _cleanup_strv_free_ char **words = words_of(line);
        CliError error = CLI_ERROR_NULL;
        RunOptions *o = NULL;

        cr_assert(run_options_parse(words, test_context(), &o, &error) < 0, "%s", line);
        cr_assert_eq(error.exit_code, exit_code, "%s: %i", line, error.exit_code);
        cr_assert(strstr(error.message, word), "%s: %s", line, error.message);
        cr_assert(!strchr(error.message, '\n'));
        cli_error_done(&error);
}
