/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */

/* The engine's errors.
 *
 * The engine answers {"message":"…"} (Engine API, "Errors"). The same socket may also answer with the page
 * of a proxy, plain text, nothing, or {"error":…,"errorDetail":{"message":…}} in a stream. Each of these
 * becomes a message of one plain line, because it goes to the journal and to STATUS=.
 *
 * Exit codes: the docker CLI (runStartContainerErr, later toStatusError) looks for these phrases in the
 * message; upper and lower case matter. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/engine/engine-error.h"
#include "util/text.h"
#include "json/json.h"

static const struct {
        int http_status;
        int error;
} status_table[] = {
        { 304, EALREADY },   { 400, EINVAL },     { 401, EACCES }, { 403, EACCES },    { 404, ENOENT },
        { 405, EOPNOTSUPP }, { 408, ETIMEDOUT },  { 409, EEXIST }, { 410, ENOENT },    { 413, EFBIG },
        { 429, EAGAIN },     { 501, EOPNOTSUPP }, { 503, EAGAIN }, { 504, ETIMEDOUT },
};

static const struct {
        const char *phrase;
        int exit_code;
} exit_code_table[] = {
        { "executable file not found", 127 },
        { "no such file or directory", 127 },
        { "system cannot find the file specified", 127 },
        { "permission denied", 126 },
        { "is a directory", 126 },
};

#define EXIT_ENGINE 125

void engine_error_done(EngineError *e)
{
        assert(e);
        free(e->message);
        *e = ENGINE_ERROR_NULL;
}

int engine_error_from_status(int http_status)
{
        for (size_t i = 0; i < ELEMENTSOF(status_table); i++)
                if (status_table[i].http_status == http_status)
                        return -status_table[i].error;
        if (http_status >= 400 && http_status < 500)
                return -EINVAL;
        if (http_status >= 500 && http_status < 600)
                return -EREMOTEIO;
        return -EPROTO;
}

/* The message in a JSON body, which belongs to o, or NULL. */
static const char *find_message(struct json_object *o)
{
        static const char *const paths[] = { "message", "errorDetail/message", "error", "cause" };

        for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
                const char *s = json_string_or(o, paths[i], NULL);

                if (s && s[0])
                        return s;
        }
        return NULL;
}

/* Replaces every tag of a proxy's page with a blank, which makes it readable. In place. */
static void strip_tags(char *s, size_t size)
{
        bool inside = false;

        for (size_t i = 0; i < size; i++) {
                bool end = s[i] == '>';

                inside = inside || s[i] == '<';
                if (inside)
                        s[i] = ' ';
                inside = inside && !end;
        }
}

static char *message_of_text(const char *body, size_t size)
{
        _cleanup_free_ char *copy = NULL;
        size_t start = 0;

        /* Only this much of the page is used; tags need more room than words. */
        size = MIN(size, (size_t) 16 * ENGINE_ERROR_MESSAGE_MAX);
        while (start < size && strchr(" \t\r\n", body[start]) && body[start])
                start++;
        if (start == size || body[start] != '<')
                return text_one_line(body, size, ENGINE_ERROR_MESSAGE_MAX);
        copy = malloc(size);
        if (!copy)
                return NULL;
        memcpy(copy, body, size);
        strip_tags(copy, size);
        return text_one_line(copy, size, ENGINE_ERROR_MESSAGE_MAX);
}

static int make_message(int http_status, const char *body, size_t size, char **ret)
{
        _cleanup_json_ struct json_object *o = NULL;
        _cleanup_free_ char *message = NULL;
        const char *s = NULL;

        if (size > 0 && json_parse(body, size, &o) == -ENOMEM)
                return -ENOMEM;
        if (o)
                s = find_message(o);
        message = s ? text_one_line(s, strlen(s), ENGINE_ERROR_MESSAGE_MAX) : message_of_text(body, size);
        if (!message)
                return -ENOMEM;
        if (!message[0]) {
                free(message);
                if (asprintf(&message, "HTTP status %i", http_status) < 0) {
                        message = NULL;
                        return -ENOMEM;
                }
        }
        *ret = TAKE_PTR(message);
        return 0;
}

int engine_error_parse(int http_status, const char *body, size_t size, EngineError *ret)
{
        char *message;
        int r;

        assert(body || size == 0);
        assert(ret);

        r = make_message(http_status, body, size, &message);
        if (r < 0)
                return r;
        free(ret->message);
        *ret = (EngineError){
                .http_status = http_status,
                .error = engine_error_from_status(http_status),
                .message = message,
        };
        return 0;
}

int engine_error_set(EngineError *ret, int error, const char *format, ...)
{
        char *message;
        va_list ap;

        assert(ret);
        assert(error != 0);
        assert(format);

        errno = abs(error);
        va_start(ap, format);
        message = text_one_line_v(ENGINE_ERROR_MESSAGE_MAX, format, ap);
        va_end(ap);
        if (!message)
                return -ENOMEM;
        free(ret->message);
        *ret = (EngineError){ .error = -abs(error), .message = message };
        return ret->error;
}

int engine_error_exit_code(const EngineError *e)
{
        assert(e);
        if (!e->message || e->http_status == 0)
                return EXIT_ENGINE;
        for (size_t i = 0; i < ELEMENTSOF(exit_code_table); i++)
                if (strstr(e->message, exit_code_table[i].phrase))
                        return exit_code_table[i].exit_code;
        return EXIT_ENGINE;
}

bool engine_failure_is_loss(int r, int status)
{
        return status == 0 && (r == -ECONNRESET || r == -ECONNREFUSED || r == -ENOENT || r == -EPIPE);
}

bool engine_failure_is_passing(int r, int status)
{
        static const int passing[] = { ENOENT, ECONNREFUSED, ECONNRESET,  ETIMEDOUT,
                                       EAGAIN, EHOSTUNREACH, ENETUNREACH, ENETDOWN };

        for (size_t i = 0; i < ELEMENTSOF(passing); i++)
                if (r == -passing[i])
                        return true;
        return status >= 500;
}
