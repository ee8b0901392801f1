/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* A command line from bytes, in which words end with a NUL, and the checks that every result must pass. */

#include "../codec/fuzz.h"
#include "run/run-request.h"
#include "util/strv.h"
#include "json/json.h"

#define WORDS_MAX 512

static inline char **fuzz_words(const uint8_t *data, size_t size)
{
        char **words = calloc(WORDS_MAX + 1, sizeof(char *));
        size_t n = 0;

        CHECK(words);
        while (size > 0 && n < WORDS_MAX) {
                size_t length = strnlen((const char *) data, size);

                words[n++] = fuzz_string(data, length);
                length += length < size;
                data += length;
                size -= length;
        }
        return words;
}

static inline void check_error(const CliError *error)
{
        CHECK(error->message && *error->message && !strchr(error->message, '\n'));
        CHECK(error->exit_code == 1 || (error->exit_code >= 125 && error->exit_code <= 127));
}

/* The request is JSON in UTF-8, and means the same after it is parsed again. */
static inline void check_again(struct json_object *body, const char *hash)
{
        const char *text = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN);
        struct json_object *again = NULL;
        char hash_again[RUN_REQUEST_HASH_MAX];

        CHECK(json_parse(text, strlen(text), &again) >= 0);
        CHECK(run_request_hash(again, hash_again) >= 0 && strcmp(hash, hash_again) == 0);
        json_object_put(again);
}

static inline void check_request(const RunOptions *o, ApiVersion version, bool again_too)
{
        char *environment[] = { (char *) "NOTIFY_SOCKET=/run/notify", (char *) "A=extra", NULL };
        const RunRequestExtras extras = { .environment = environment,
                                          .binds = environment,
                                          .labels = environment };
        struct json_object *body = NULL;
        char hash[RUN_REQUEST_HASH_MAX];
        CliError error = CLI_ERROR_NULL;

        if (run_request_build(o, &version, &extras, &body, &error) < 0) {
                check_error(&error);
                cli_error_done(&error);
                return;
        }
        CHECK(!error.message);
        CHECK(*json_string_or(body, "Image", ""));
        CHECK(run_request_hash(body, hash) >= 0 && strlen(hash) == RUN_REQUEST_HASH_MAX - 1);
        if (again_too)
                check_again(body, hash);
        json_object_put(body);
}

static inline void check_run(char *const *words)
{
        char *environment[] = { (char *) "DOCKER_CONFIG=/nonexistent", (char *) "A=1", (char *) "B=\xff",
                                NULL };
        const CliContext context = {
                .environment = environment, .dir_fd = -EBADF, .directory = "/work", .machine = "x86_64"
        };
        CliError error = CLI_ERROR_NULL;
        RunOptions *o = NULL;
        size_t n = 0;

        for (char *const *w = words; *w; w++)
                n += strlen(*w);

        if (run_options_parse(words, &context, &o, &error) < 0) {
                CHECK(!o);
                check_error(&error);
                cli_error_done(&error);
                return;
        }
        CHECK(o && !error.message);
        (void) run_options_limit_conflict(o);
        if (!o->help) {
                (void) run_options_log_opt(o, "tag");
                /* Only some of these checks for each input, because they take most of the time. The input
                 * decides which ones. */
                check_request(o, n % 2 ? (ApiVersion){ 1, 24 } : (ApiVersion){ 1, 50 }, n % 4 < 2);
        }
        run_options_free(o);
}
