/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* One command line a line of standard input (a JSON array of words, what follows `run`); for each, one line
 * of JSON on standard output: { "exit": 0, "query": {…}, "body": {…} } or { "exit": N, "message": "…" }.
 *
 * Words may have bytes that are not UTF-8: "\u00XX" of a word in an object { "latin1": "…" } is the byte XX.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/run-request.h"
#include "run/text.h"
#include "util/macro.h"
#include "util/strv.h"
#include "json/json.h"

static char *word_of(struct json_object *o)
{
        const char *s;
        char *bytes;
        size_t n = 0;

        if (!json_object_is_type(o, json_type_object))
                return strdup(json_object_get_string(o));
        s = json_string_or(o, "latin1", "");
        bytes = malloc(strlen(s) + 1);
        for (; bytes && *s; s++) {
                unsigned char c = (unsigned char) *s;

                bytes[n++] = (char) (c < 0x80 ? c : ((c & 3) << 6 | ((unsigned char) *++s & 0x3f)));
        }
        if (bytes)
                bytes[n] = 0;
        return bytes;
}

static int emit(char *const *words, const CliContext *context, const ApiVersion *version)
{
        _cleanup_(run_options_freep) RunOptions *o = NULL;
        _cleanup_json_ struct json_object *out = json_object_new_object();
        struct json_object *body = NULL, *query = json_object_new_object();
        CliError error = CLI_ERROR_NULL;
        int r;

        r = run_options_parse(words, context, &o, &error);
        if (r >= 0 && !o->help)
                r = run_request_build(o, version, NULL, &body, &error);
        json_set_int(out, "exit", r < 0 ? error.exit_code : 0);
        if (r < 0)
                json_set_string(out, "message", error.message);
        else if (!o->help) {
                if (o->name)
                        json_set_text(query, "name", o->name);
                if (o->platform && version->minor >= 41)
                        json_set_text(query, "platform", o->platform);
                json_set(out, "query", json_object_get(query));
                json_set(out, "body", body);
        }
        json_object_put(query);
        puts(json_object_to_json_string_ext(out, JSON_C_TO_STRING_PLAIN));
        cli_error_done(&error);
        return 0;
}

int main(int argc, char **argv)
{
        ApiVersion version = { 1, argc > 1 ? (unsigned) atoi(argv[1]) : 50 };
        CliContext context = { .environment = environ, .dir_fd = AT_FDCWD };
        _cleanup_free_ char *line = NULL;
        size_t allocated = 0;
        ssize_t n;

        while ((n = getline(&line, &allocated, stdin)) > 0) {
                _cleanup_json_ struct json_object *array = NULL;
                _cleanup_strv_free_ char **words = NULL;
                static char *const none[] = { NULL };

                if (json_parse(line, (size_t) n, &array) < 0 || !json_object_is_type(array, json_type_array))
                        return EXIT_FAILURE;
                for (size_t i = 0; i < json_object_array_length(array); i++)
                        if (strv_consume(&words, word_of(json_object_array_get_idx(array, i))) < 0)
                                return EXIT_FAILURE;
                emit(words ? words : none, &context, &version);
                fflush(stdout);
        }
        return EXIT_SUCCESS;
}
