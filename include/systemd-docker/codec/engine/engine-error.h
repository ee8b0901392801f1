/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Why a request to the engine failed: the HTTP status, the engine's message, and an errno for decisions. */

#include <stdbool.h>
#include <stddef.h>

#include "util/macro.h"

#define ENGINE_ERROR_MESSAGE_MAX 1024

typedef struct EngineError {
        int http_status; /* 0: there was no answer */
        int error;       /* a negative errno, see engine_error_from_status() */
        char *message;   /* one plain line */
} EngineError;

#define ENGINE_ERROR_NULL ((EngineError){ .message = NULL })

/* body: {"message":…} of the engine, or the answer of a proxy or of anything else on that socket. Replaces
 * the content of *ret, which must be initialised. 0 or -ENOMEM. */
int engine_error_parse(int http_status, const char *body, size_t size, EngineError *ret);

/* Sets the error for a failure without an answer. error: a positive or negative errno. Returns -|error|, or
 * -ENOMEM. */
int engine_error_set(EngineError *ret, int error, const char *format, ...) _printf_(3, 4);

void engine_error_done(EngineError *e);

/* A failure on its way to the user. Borrowed. */
typedef struct EngineFailure {
        const char *line;  /* says what failed and why, in one line */
        const char *words; /* the engine's, which are part of it; NULL: the failure is not the engine's */
        int http_status;   /* of the answer; 0: there was none */
        int error;         /* without an answer: -errno; 0: not known */
        const char *hint;  /* what else is known of it, which is at the end of the line; NULL: nothing */
} EngineFailure;

/* The errno for an HTTP status: 304 -EALREADY (already started or stopped), 400 -EINVAL, 401 and 403
 * -EACCES, 404 -ENOENT, 409 -EEXIST (name in use, or not possible in this state), 5xx -EREMOTEIO, …; never
 * 0. */
int engine_error_from_status(int http_status);

/* Whether a request that failed with r (-errno, or 0) and the engine's status (0: none) may succeed later
 * with nothing mended, as the engine starts or the network comes up. */
bool engine_failure_is_passing(int r, int status);

/* Whether it failed because the engine went away. One that does not answer in time is still there. */
bool engine_failure_is_loss(int r, int status);

/* The exit code for a container that could not be created or started, by the rule of the docker CLI: 127
 * command not found, 126 command not executable, 125 everything else. */
int engine_error_exit_code(const EngineError *e);
