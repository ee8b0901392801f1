/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: The systemd-docker authors */
#pragma once

/* Why a request to the engine failed, in one place: HTTP status, the engine's words, and an errno for code
 * to decide on. */

#include <stddef.h>

#include "util/macro.h"

#define ENGINE_ERROR_MESSAGE_MAX 1024

typedef struct EngineError {
        int http_status; /* 0: there was no answer */
        int error;       /* negative errno, see engine_error_from_status() */
        char *message;   /* one plain line */
} EngineError;

#define ENGINE_ERROR_NULL ((EngineError){ .message = NULL })

/* body: {"message":…} of the engine, or whatever a proxy or something else on that socket says. Replaces
 * what *ret held (it must be initialised). 0 or -ENOMEM. */
int engine_error_parse(int http_status, const char *body, size_t size, EngineError *ret);

/* For a failure without an answer. error: positive or negative errno. Returns -|error|, or -ENOMEM. */
int engine_error_set(EngineError *ret, int error, const char *format, ...) _printf_(3, 4);

void engine_error_done(EngineError *e);

/* 304 -EALREADY (is started/stopped already), 400 -EINVAL, 401 and 403 -EACCES, 404 -ENOENT, 409 -EEXIST
 * (name in use, or not possible in this state), 5xx -EREMOTEIO, …; never 0. */
int engine_error_from_status(int http_status);

/* Exit code for a container that could not be created or started, by the docker CLI's rule: 127 command not
 * found, 126 command not executable, 125 everything else. */
int engine_error_exit_code(const EngineError *e);
